// What the two poolings share: windows of size x size, `stride` apart, all inside the map.
#pragma once

#include <algorithm>

#include "autodiff/tape.h"

namespace impasto {

struct PoolWindows {
  Index H, W, C;       // input
  Index out_h, out_w;  // output
  Index size, stride;

  /// Throws Error(input) when the map is smaller than a window.
  PoolWindows(const Shape& x, Index window_size, Index window_stride);
  Shape output() const { return {out_h, out_w, C}; }
  /// Offset of channel 0 of input pixel (row, column).
  Index at(Index row, Index column) const { return (row * W + column) * C; }
  /// Output rows with a window that holds input row `h`: [first, last].
  Index first_row(Index h) const { return h < size ? 0 : (h - size) / stride + 1; }
  Index last_row(Index h) const { return std::min(h / stride, out_h - 1); }
};

}  // namespace impasto
