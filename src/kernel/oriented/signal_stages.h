// Rows of signals L, RG, BY (kernel/oriented/oriented.h), 4 floats a position, the last 0: from the picture or the
// trunk, and back to the picture.
#pragma once

#include "impasto/context.h"
#include "kernel/oriented/oriented.h"

namespace impasto::IMPASTO_ABI {

struct SignalStages {
  /// signals[q] = sum kColour[q][c] rgb[c]
  void (*from_picture)(const float* rgb, Index width, float* signals);
  /// Its adjoint: rgb[c] = or += sum kColour[q][c] signals[q]
  void (*to_picture)(const float* signals, Index width, bool add, float* rgb);
  /// signals = lanes 0 - 1, 2 - 3, 4 - 5 of unit 0
  void (*from_trunk)(const float* lanes, Index width, float* signals);
};

/// nullptr when this build has none for the target (baseline).
const SignalStages* signal_stages(SimdTarget target);

}  // namespace impasto::IMPASTO_ABI
