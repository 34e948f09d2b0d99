// CHECKs the gradient of a recorded function at pseudo-random points.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "autodiff/ops/ops.h"
#include "autodiff/tape_gradcheck.h"
#include "base/check.h"
#include "base/random.h"

namespace impasto::testing {

/// Uniform values in [low, high].
inline Tensor<double> random_tensor(const Shape& shape, std::uint64_t seed, double low = -1, double high = 1) {
  Tensor<double> tensor(shape);
  Random random(seed);
  for (double& value : tensor.values()) value = random.uniform(low, high);
  return tensor;
}

/// Gradcheck at random points of the given shapes; a failure prints shape, element and both gradients.
inline void expect_gradient(const Recorder<double>& function, const std::vector<Shape>& shapes) {
  std::vector<Tensor<double>> at;
  for (const Shape& shape : shapes) at.push_back(random_tensor(shape, 7 + at.size()));
  const TapeGradcheck result = gradcheck(function, at);
  INFO("first shape ", text(shapes.front()), ": ", result.describe());
  CHECK(result.passed);
}

}  // namespace impasto::testing
