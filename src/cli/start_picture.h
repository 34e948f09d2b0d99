// `--init FILE`: what an optimisation starts from, read from a file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/stylise_options.h"
#include "impasto/image.h"
#include "impasto/options.h"

namespace impasto::cli {

/// Sets Start::values, start_values and the painting's exact size in `options` from the request's start file.
/// A .npy holds normalised values, H x W x 3, and decides the size unless the request does; a picture is resized.
/// Gives what there is to tell: what reading the picture passed over, and that it is stretched to another aspect.
/// Throws Error(input) for a file that does not fit.
std::vector<std::string> read_start(const StyliseRequest& request, const Image& content, Options& options);

}  // namespace impasto::cli
