// What the poolings share: windows of size x size, `stride` apart, all inside the map.
#pragma once

#include <algorithm>

#include "autodiff/tape.h"

namespace impasto::IMPASTO_ABI {

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

/// to[c] = the sum of term(x) over window (o, q).
template <class T, class Term>
void sum_window(const PoolWindows& p, const T* x, Index o, Index q, T* to, const Term& term) {
  std::fill_n(to, p.C, T(0));
  for (Index i = 0; i < p.size; ++i) {
    for (Index j = 0; j < p.size; ++j) {
      const T* from = x + p.at(o * p.stride + i, q * p.stride + j);
      for (Index c = 0; c < p.C; ++c) to[c] += term(from[c]);
    }
  }
}

/// visit(offset of channel 0 in x, the same in y) for every place of input row h in every window that holds it.
template <class Visit>
void for_places(const PoolWindows& p, Index h, const Visit& visit) {
  for (Index o = p.first_row(h); o <= p.last_row(h); ++o) {
    for (Index q = 0; q < p.out_w; ++q) {
      for (Index j = 0; j < p.size; ++j) visit(p.at(h, q * p.stride + j), (o * p.out_w + q) * p.C);
    }
  }
}

}  // namespace impasto::IMPASTO_ABI
