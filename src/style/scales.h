// Sizes of pictures on the way from coarse to fine. painting_size and painting_sizes are in impasto/stylise.h.
#pragma once

#include "impasto/stylise.h"

namespace impasto::inline v0_1 {

/// Both sides times `factor`, rounded, at least 1.
PaintingSize scaled(PaintingSize size, double factor);

/// The picture's size with this long side, aspect kept.
PaintingSize with_long_side(const Image& image, int long_side);

}  // namespace impasto::inline v0_1
