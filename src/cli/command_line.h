// The words after the program's name, understood.
#pragma once

#include <functional>
#include <string>

#include "cli/command.h"

namespace impasto::cli {

struct CommandLine {
  std::string text;                            ///< a help or the version, to be printed; else
  std::function<int(const Launch&)> run = {};  ///< what to do
};

/// Throws Error(usage) with one sentence for whatever cannot be understood.
CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace impasto::cli
