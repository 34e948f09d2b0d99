// Squared differences of two rows of a unit, kUnit floats a position.
#pragma once

#include "impasto/context.h"
#include "kernel/oriented/oriented.h"

namespace impasto::IMPASTO_ABI {

struct LaneErrorStages {
  /// sum (f - p)^2 over `width` positions, at most a tile's; rows are summed in float, what they give in double.
  double (*distance)(const float* f, const float* p, Index width);
  /// d = or += slope (f - p); `masked`: 0 where f is not positive.
  void (*pull)(const float* f, const float* p, Index width, float slope, bool add, bool masked, float* d);
};

/// nullptr when this build has none for the target (baseline).
const LaneErrorStages* lane_error_stages(SimdTarget target);

}  // namespace impasto::IMPASTO_ABI
