// Squared differences of two rows of a unit, kUnit numbers a position: f of floats, p of IEEE halves, whose bits stand
// in 16-bit words.
#pragma once

#include <cstdint>

#include "impasto/context.h"
#include "kernel/oriented/oriented.h"

namespace impasto::IMPASTO_ABI {

struct LaneErrorStages {
  /// sum (f - p)^2 over `width` positions, at most a tile's; rows are summed in float, what they give in double.
  double (*distance)(const float* f, const std::uint16_t* p, Index width);
  /// d = or += slope (f - p); `masked`: 0 where f is not positive.
  void (*pull)(const float* f, const std::uint16_t* p, Index width, float slope, bool add, bool masked, float* d);
};

/// nullptr when this build has none for the target (baseline).
const LaneErrorStages* lane_error_stages(SimdTarget target);

}  // namespace impasto::IMPASTO_ABI
