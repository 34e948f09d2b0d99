// Between the channels of a map in memory (positions x channels) and the lanes of a unit (16 a position).
#pragma once

#include <type_traits>

#include "kernel/oriented.h"

namespace impasto {

/// body(count) with the counts that the network has as constants, so that their loops become vectors.
template <class Body>
void with_lane_count(Index count, Body&& body) {
  switch (count) {
    case 6:
      return body(std::integral_constant<Index, 6>{});
    case 8:
      return body(std::integral_constant<Index, 8>{});
    case 14:
      return body(std::integral_constant<Index, 14>{});
    case 16:
      return body(std::integral_constant<Index, 16>{});
    default:
      return body(count);
  }
}

/// lanes[w, .] = the segment's channels of channels[w, .], and 0 behind them.
inline void read_lanes(const OrientedSegment& segment, const float* channels, Index C, Index width, float* lanes) {
  lanes += segment.slot % kUnit;
  with_lane_count(segment.count, [&](auto count) {
    for (Index w = 0; w < width; ++w) {
      const float* from = channels + w * C + segment.channel;
      float* to = lanes + w * kUnit;
      for (Index i = 0; i < count; ++i) to[i] = from[i];
      for (Index i = 0; i < segment.zeros; ++i) to[count + i] = 0;
    }
  });
}

/// channels[w, .] = or += the segment's lanes.
inline void write_lanes(const OrientedSegment& segment, const float* lanes, Index width, bool add, float* channels,
                        Index C) {
  lanes += segment.slot % kUnit;
  with_lane_count(segment.count, [&](auto count) {
    for (Index w = 0; w < width; ++w) {
      const float* from = lanes + w * kUnit;
      float* to = channels + w * C + segment.channel;
      if (add) {
        for (Index i = 0; i < count; ++i) to[i] += from[i];
      } else {
        for (Index i = 0; i < count; ++i) to[i] = from[i];
      }
    }
  });
}

/// lanes[2 w, .] = lanes[2 w + 1, .] = a quarter of the segment's channels of channels[w, .]: the adjoint of means.
inline void read_unpooled(const OrientedSegment& segment, const float* channels, Index C, Index width, float* lanes) {
  lanes += segment.slot % kUnit;
  with_lane_count(segment.count, [&](auto count) {
    for (Index w = 0; w < width; ++w) {
      const float* from = channels + w * C + segment.channel;
      float* to = lanes + 2 * w * kUnit;
      for (Index i = 0; i < count; ++i) to[i] = to[kUnit + i] = 0.25F * from[i];
      for (Index i = 0; i < segment.zeros; ++i) to[count + i] = to[kUnit + count + i] = 0;
    }
  });
}

}  // namespace impasto
