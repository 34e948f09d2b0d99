// A network small enough to take differences of.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>

#include "model/network_weights.h"
#include "support/gradcheck.h"

namespace impasto::testing {

/// A narrow network with smooth inputs to block3, weights from a seed; its input map turns channels and scales them.
inline std::shared_ptr<NetworkWeights> narrow_network() {
  auto network = std::make_shared<NetworkWeights>();
  Index C = 3;
  std::uint64_t seed = 11;
  for (const Index K : {4, 5, 6, 5, 4}) {
    const double limit = std::sqrt(6.0 / (9.0 * static_cast<double>(C)));
    network->convolutions.push_back({random_tensor({3, 3, C, K}, seed++, -limit, limit).as<float>(),
                                     random_tensor({K}, seed++, -0.1, 0.1).as<float>()});
    C = K;
  }
  network->input = {{2, 1, 0}, {1.5, 0.7, 1.1}, {0.1, -0.2, 0.3}};
  network->description = "narrow network";
  return network;
}

}  // namespace impasto::testing
