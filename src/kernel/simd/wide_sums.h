// Products and combinations of many long float vectors, summed in double: passes that should wait for memory alone.
#pragma once

#include "impasto/context.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// The same bits for every target: 8 chains of additions, products and sums rounded separately.
struct WideSums {
  /// by += sum b y,  bg += sum b g, over `count` values.
  void (*products)(const float* b, const double* y, const double* g, Index count, double& by, double& bg);
  /// sum[i] += a s[i] + b y[i]
  void (*combine)(double a, const float* s, double b, const float* y, Index count, double* sum);
};

/// Baseline has the same in the plain architecture's vectors.
WideSums wide_sums(SimdTarget target);

}  // namespace impasto::IMPASTO_ABI
