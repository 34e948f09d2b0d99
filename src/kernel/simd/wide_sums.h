// Products and combinations of many long vectors of floats or halves, summed in double: passes that should wait for
// memory alone.
#pragma once

#include <cstdint>

#include "impasto/context.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// The same bits for every target: 8 chains of additions, products and sums rounded separately. Value: float, or
/// std::uint16_t for the bits of IEEE halves, which are made floats exactly.
template <class Value>
struct WideSumsOf {
  /// by += sum b y,  bg += sum b g, over `count` values.
  void (*products)(const Value* b, const double* y, const double* g, Index count, double& by, double& bg);
  /// sum[i] += a s[i] + b y[i]
  void (*combine)(double a, const Value* s, double b, const Value* y, Index count, double* sum);
};
using WideSums = WideSumsOf<float>;
using HalfSums = WideSumsOf<std::uint16_t>;

/// Baseline has the same in the plain architecture's vectors.
WideSums wide_sums(SimdTarget target);
HalfSums half_sums(SimdTarget target);

}  // namespace impasto::IMPASTO_ABI
