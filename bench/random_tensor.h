// Values to measure with: nothing denormal, nothing zero.
#pragma once

#include "base/random.h"
#include "tensor/tensor.h"

namespace impasto {

inline Tensor<float> random_tensor(const Shape& shape, double limit = 1) {
  Tensor<float> tensor(shape);
  Random random(1);
  for (float& value : tensor.values()) value = static_cast<float>(random.uniform(-limit, limit));
  return tensor;
}

}  // namespace impasto
