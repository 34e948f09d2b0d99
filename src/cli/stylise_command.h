// `impasto stylise`: read, paint, save.
#pragma once

#include <filesystem>

#include "cli/stylise_options.h"

namespace impasto::cli {

/// Returns the program's exit code: 0, 1 (diverged, picture saved) or 130 (stopped, picture saved). Throws Error.
int stylise_command(const StyliseRequest& request, const std::filesystem::path& program);

}  // namespace impasto::cli
