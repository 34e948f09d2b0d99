// Which input positions a sliding window reads, along one axis. A convolution's padding lives here and nowhere
// else; its data gradient uses the transposed table, so both agree by construction.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "impasto/window.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// Positions x taps lists of source positions; forward lists hold at most one, transposed ones may hold several.
struct AxisTaps {
  Index positions = 0;
  Index taps = 0;
  std::vector<Index> first;  ///< positions * taps + 1 offsets into `source`
  std::vector<Index> source;

  std::span<const Index> at(Index position, Index tap) const {
    const std::size_t list = static_cast<std::size_t>(position * taps + tap);
    return {source.data() + first[list], static_cast<std::size_t>(first[list + 1] - first[list])};
  }
};

/// No position: a zero stands there.
inline constexpr Index kNoSource = -1;

/// The position of an axis whose value stands at `position`, which may lie beyond its ends; kNoSource with padding
/// `zero` or `valid`. Mirrors mirror each other where an axis is short, and one position mirrors itself.
Index source_position(Index position, Index size, Padding padding);

/// Output position o reads o * stride + tap - before, where 'same' splits max((out - 1) * stride + kernel - size, 0)
/// with the smaller half before (TensorFlow's 'SAME'; PyTorch's padding = kernel / 2 at stride 1 and odd kernels).
/// Throws Error(input) when the axis is too short for `valid`.
AxisTaps window_taps(Index size, Index kernel, Index stride, Padding padding);

/// The adjoint, with taps in reverse order: for source position s and tap i, all outputs that read s at tap taps - 1 -
/// i. At stride 1 and away from borders it is a window again, which is why the data gradient of a convolution is a
/// convolution with filters turned by 180 degrees. `size`: source positions.
AxisTaps transpose(const AxisTaps& taps, Index size);

}  // namespace impasto::IMPASTO_ABI
