// `impasto gradcheck`: analytic gradients of the engine against differences.
#pragma once

#include <filesystem>

#include "cli/gradcheck_options.h"

namespace impasto::cli {

/// Prints a line a check and its error over the steps; returns the exit code: kExitFailed when a gradient is wrong.
int gradcheck_command(const GradcheckRequest& request, const std::filesystem::path& program);

}  // namespace impasto::cli
