// `impasto resume FILE`: begins a run's command line again, from its checkpoint.
#pragma once

#include <filesystem>

#include "cli/command.h"

namespace impasto::cli {

/// What stands beside `checkpoint` on the command line is added to the words of the run.
int resume_command(const std::filesystem::path& checkpoint, const Launch& launch);

}  // namespace impasto::cli
