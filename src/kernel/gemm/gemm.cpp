#include "kernel/gemm/gemm.h"

#include "kernel/gemm/reference_gemm.h"
#include "kernel/gemm/simd_gemm.h"

namespace impasto::IMPASTO_ABI {

template <>
const Gemm<float>& gemm<float>(const Context& context) {
  const Gemm<float>* simd = simd_gemm(context.target());
  return simd != nullptr ? *simd : reference_gemm<float>();
}

template <>
const Gemm<double>& gemm<double>(const Context&) {
  return reference_gemm<double>();
}

}  // namespace impasto::IMPASTO_ABI
