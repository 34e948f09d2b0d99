// How far a result in float lies from the same in double.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "tensor/tensor.h"

namespace impasto::testing {

/// |got - wanted| / |wanted|, Euclidean norms over all elements; here and below.
inline double relative_error(const Tensor<float>& got, const Tensor<double>& wanted) {
  double error = 0, norm = 0;
  for (Index i = 0; i < wanted.shape().count(); ++i) {
    error += std::pow(static_cast<double>(got[i]) - wanted[i], 2);
    norm += wanted[i] * wanted[i];
  }
  return std::sqrt(error / norm);
}

inline double relative_error(const std::vector<double>& got, const std::vector<double>& wanted) {
  REQUIRE(got.size() == wanted.size());
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    error += std::pow(got[i] - wanted[i], 2);
    norm += wanted[i] * wanted[i];
  }
  return std::sqrt(error / norm);
}

}  // namespace impasto::testing
