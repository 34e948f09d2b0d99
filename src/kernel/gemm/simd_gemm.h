// The matrix product in Google Highway, one source for all instruction sets.
#pragma once

#include "kernel/gemm/gemm.h"

namespace impasto::IMPASTO_ABI {

/// The kernel compiled for `target`, or nullptr when this build has none (baseline).
const Gemm<float>* simd_gemm(SimdTarget target);

}  // namespace impasto::IMPASTO_ABI
