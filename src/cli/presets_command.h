// `impasto presets`: what there is to choose from, and what a choice sets.
#pragma once

#include <filesystem>

#include "cli/stylise_options.h"

namespace impasto::cli {

/// Prints a line a preset, or, when the request names one, a line a setting. Throws Error.
int presets_command(const StyliseRequest& request, const std::filesystem::path& program);

}  // namespace impasto::cli
