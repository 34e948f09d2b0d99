// How much of the heaviest golden tests a build runs. The sanitizers make them twenty times slower, and find in two
// steps on two targets what they would find in ten on five.
#pragma once

#include <vector>

#include "impasto/context.h"

namespace impasto::testing {

#ifdef __SANITIZE_ADDRESS__
inline constexpr int kGoldenSteps = 2;
inline std::vector<SimdTarget> golden_targets() { return {available_targets().front(), SimdTarget::baseline}; }
#else
inline constexpr int kGoldenSteps = 10;
inline std::vector<SimdTarget> golden_targets() { return available_targets(); }
#endif

}  // namespace impasto::testing
