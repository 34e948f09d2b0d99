// Networks whose numbers are the same bits.
#pragma once

#include <algorithm>
#include <cstring>

#include "model/network_weights.h"

namespace impasto::testing {

inline bool same_numbers(const Tensor<float>& x, const Tensor<float>& y) {
  return x.shape() == y.shape() && std::memcmp(x.data(), y.data(), x.values().size_bytes()) == 0;
}

inline bool same_numbers(const NetworkWeights& a, const NetworkWeights& b) {
  return std::equal(
      a.convolutions.begin(), a.convolutions.end(), b.convolutions.begin(), b.convolutions.end(),
      [](const ConvWeights& x, const ConvWeights& y) { return same_numbers(x.w, y.w) && same_numbers(x.b, y.b); });
}

}  // namespace impasto::testing
