// `impasto weights import` and `impasto weights info`.
#pragma once

#include <filesystem>

#include "cli/weights_options.h"

namespace impasto::cli {

/// Imports request.input to request.output, or to where stylise finds it, and says where. Throws Error.
int import_command(const WeightsRequest& request, const std::filesystem::path& program);

/// Prints what request.input holds, as a table or as JSON, and saves the mosaic where one was asked for. Throws Error.
int weights_info_command(const WeightsRequest& request, const std::filesystem::path& program);

/// The output that was asked for, or where stylise finds it, whose folder is then made. Throws Error(usage) when there
/// is no home to put it in, Error(io) when the folder cannot be made.
std::filesystem::path imported_file(const WeightsRequest& request);

}  // namespace impasto::cli
