// Sizes of pictures on the way from coarse to fine. painting_size and painting_sizes are in impasto/stylise.h.
#pragma once

#include "impasto/stylise.h"

namespace impasto::IMPASTO_ABI {

/// Both sides times `factor`, rounded, at least 1.
PaintingSize scaled(PaintingSize size, double factor);

/// The picture's size with this long side, aspect kept.
PaintingSize with_long_side(const Image& image, int long_side);

/// Of a style picture beside a painting of `size`, which may be a coarse scale of the whole, `full`.
PaintingSize style_size(const Image& style, const Options& options, PaintingSize size, PaintingSize full);

}  // namespace impasto::IMPASTO_ABI
