// The matrix product by Eigen: the reference every SIMD kernel is tested against, and the kernel of double.
#pragma once

#include "kernel/gemm/gemm.h"

namespace impasto::IMPASTO_ABI {

/// T is float or double.
template <class T>
const Gemm<T>& reference_gemm();

}  // namespace impasto::IMPASTO_ABI
