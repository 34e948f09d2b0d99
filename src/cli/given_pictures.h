// The pictures and masks of a command line, read.
#pragma once

#include "cli/stylise_options.h"
#include "impasto/stylise.h"

namespace impasto::cli {

/// Throws Error(usage) for masks that do not go with the pictures.
void check_masks(const StyliseRequest& request);

/// Throws Error(input) for a file that cannot be read.
Pictures load_pictures(const StyliseRequest& request, const DecodeOptions& decode);

}  // namespace impasto::cli
