#include "kernel/gemm.h"

#include "kernel/reference/gemm.h"
#include "kernel/simd/gemm.h"

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
