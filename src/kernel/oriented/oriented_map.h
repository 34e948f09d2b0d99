// How a map of an oriented layer lies in memory: its channels in their own order, H x W x C, for everybody, or by lanes
// from chain to chain: units x H x (W + 2) x kUnit, where the first and the last column are repeated left and right of
// a row, so that the next chain reads it where it lies. Columns -1 and W of a gradient by lanes are 0.
#pragma once

#include <vector>

#include "kernel/oriented/oriented.h"

namespace impasto::IMPASTO_ABI {

class OrientedMap {
 public:
  OrientedMap(const std::vector<OrientedSegment>& segments, Index units, Index C, Index H, Index W, bool by_lanes)
      : units_(units), C_(C), H_(H), W_(W), by_lanes_(by_lanes) {
    if (!by_lanes) segments_ = segments;
    for (Index unit = 0; by_lanes && unit < units; ++unit) segments_.push_back({0, unit * kUnit, kUnit, 0});
  }

  Index H() const { return H_; }
  Index W() const { return W_; }
  bool by_lanes() const { return by_lanes_; }
  Shape shape() const { return by_lanes_ ? Shape{units_, H_, W_ + 2, kUnit} : Shape{H_, W_, C_}; }
  /// What stages read and write of a row, each within a unit, from `at` on, `stride` numbers to the next position.
  const std::vector<OrientedSegment>& segments() const { return segments_; }
  Index at(const OrientedSegment& segment, Index r, Index c) const {
    return by_lanes_ ? lanes_at(segment.slot / kUnit, r, c) : (r * W_ + c) * C_;
  }
  Index stride() const { return by_lanes_ ? kUnit : C_; }
  /// By lanes: where a position of a unit lies.
  Index lanes_at(Index unit, Index r, Index c) const { return ((unit * H_ + r) * (W_ + 2) + c + 1) * kUnit; }

 private:
  Index units_, C_, H_, W_;
  bool by_lanes_;
  std::vector<OrientedSegment> segments_;
};

/// Whether a map of this shape lies by lanes; if not, it is H x W x C.
inline bool is_by_lanes(const Shape& map) { return map.rank() == 4; }

}  // namespace impasto::IMPASTO_ABI
