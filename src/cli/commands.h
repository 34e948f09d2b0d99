// What the program can be told to do.
#pragma once

#include <vector>

#include "cli/command.h"

namespace impasto::cli {

/// In the order of the help.
std::vector<Command> commands();

}  // namespace impasto::cli
