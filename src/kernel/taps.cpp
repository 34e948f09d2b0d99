#include "kernel/taps.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

Index mirrored(Index position, Index size) {
  if (size == 1) return 0;
  const Index period = 2 * (size - 1), inside = (position % period + period) % period;
  return inside < size ? inside : period - inside;
}

}  // namespace

Index source_position(Index position, Index size, Padding padding) {
  if (position >= 0 && position < size) return position;
  switch (padding) {
    case Padding::replicate:
      return std::clamp(position, Index{0}, size - 1);
    case Padding::reflect:
      return mirrored(position, size);
    default:
      return kNoSource;
  }
}

AxisTaps window_taps(Index size, Index kernel, Index stride, Padding padding) {
  require(size >= 1 && kernel >= 1 && stride >= 1, ErrorCode::input, "a window of ", kernel, " with stride ", stride,
          " over ", size, " positions is not possible; wanted at least 1 of each");
  require(padding != Padding::valid || size >= kernel, ErrorCode::input, "a map of ", size,
          " positions is too small for a window of ", kernel, "; use a larger picture or fewer layers");
  const bool same = padding != Padding::valid;
  const Index out = same ? (size + stride - 1) / stride : (size - kernel) / stride + 1;
  const Index added = same ? std::max((out - 1) * stride + kernel - size, Index{0}) : 0;
  const Index before = added / 2;
  AxisTaps taps{out, kernel, {0}, {}};
  for (Index o = 0; o < out; ++o) {
    for (Index i = 0; i < kernel; ++i) {
      const Index s = source_position(o * stride + i - before, size, padding);
      if (s != kNoSource) taps.source.push_back(s);
      taps.first.push_back(static_cast<Index>(taps.source.size()));
    }
  }
  return taps;
}

AxisTaps transpose(const AxisTaps& taps, Index size) {
  std::vector<std::vector<Index>> lists(static_cast<std::size_t>(size * taps.taps));
  for (Index o = 0; o < taps.positions; ++o) {
    for (Index i = 0; i < taps.taps; ++i) {
      for (const Index s : taps.at(o, i)) lists[static_cast<std::size_t>((s + 1) * taps.taps - 1 - i)].push_back(o);
    }
  }
  AxisTaps result{size, taps.taps, {0}, {}};
  for (const std::vector<Index>& list : lists) {
    result.source.insert(result.source.end(), list.begin(), list.end());
    result.first.push_back(static_cast<Index>(result.source.size()));
  }
  return result;
}

}  // namespace impasto::IMPASTO_ABI
