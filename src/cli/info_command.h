// `impasto info`: what a bug report needs.
#pragma once

#include <filesystem>

#include "cli/stylise_options.h"

namespace impasto::cli {

/// Prints version, build, SIMD targets, threads, weights and presets. Throws Error.
int info_command(const StyliseRequest& request, const std::filesystem::path& program);

}  // namespace impasto::cli
