// `impasto weights normalise`.
#pragma once

#include <filesystem>

#include "cli/weights_options.h"

namespace impasto::cli {

/// Writes request.output and names the filters that never fired. Throws Error.
int normalise_command(const WeightsRequest& request, const std::filesystem::path& program);

}  // namespace impasto::cli
