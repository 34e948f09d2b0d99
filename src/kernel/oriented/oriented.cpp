#include "kernel/oriented/oriented.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace impasto::IMPASTO_ABI {

std::vector<OrientedSegment> segments_of(const std::vector<Index>& slots) {
  std::vector<OrientedSegment> segments;
  const Index count = static_cast<Index>(slots.size());
  for (Index channel = 0; channel < count; ++channel) {
    const Index slot = slots[static_cast<std::size_t>(channel)];
    const bool follows = !segments.empty() && slot % kUnit != 0 && segments.back().slot + segments.back().count == slot;
    if (follows) {
      ++segments.back().count;
    } else {
      segments.push_back({channel, slot, 1, 0});
    }
  }
  for (OrientedSegment& segment : segments) {
    Index end = segment.slot + segment.count;
    while (end % kUnit != 0 && std::find(slots.begin(), slots.end(), end) == slots.end()) ++end;
    segment.zeros = end - segment.slot - segment.count;
  }
  std::sort(segments.begin(), segments.end(), [](const auto& a, const auto& b) { return a.slot < b.slot; });
  return segments;
}

}  // namespace impasto::IMPASTO_ABI
