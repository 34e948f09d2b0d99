// `impasto inspect`: one step, node by node.
#pragma once

#include <filesystem>

#include "cli/inspect_options.h"

namespace impasto::cli {

/// Prints the tables and writes the folder that was asked for; returns the exit code.
int inspect_command(const InspectRequest& request, const std::filesystem::path& program);

}  // namespace impasto::cli
