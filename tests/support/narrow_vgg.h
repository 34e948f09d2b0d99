// VGG16, and VGG19 in which the layers that VGG16 lacks change nothing, both narrow and with the same numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "model/network_weights.h"
#include "support/hash_network.h"

namespace impasto::testing {

/// All convolutions; two of the same block have the same width.
inline std::shared_ptr<NetworkWeights> narrow_vgg(const Architecture& of) {
  const auto network = std::make_shared<NetworkWeights>();
  network->architecture = of;
  Index C = 3;
  for (const std::size_t layer : of.layers()) {
    const Index K = 2 + vgg_layers()[layer].block;
    ConvWeights conv{Tensor<float>({3, 3, C, K}, 0.0F), Tensor<float>({K}, 0.0F)};
    if (kVgg16.has(layer)) {
      std::uint32_t i = 0;
      const auto stream = static_cast<std::uint32_t>(900 + layer);
      for (float& w : conv.w.values()) w = static_cast<float>(hash_uniform(stream, i++));
      for (float& b : conv.b.values()) b = static_cast<float>(hash_uniform(stream, i++));
    } else {
      for (Index k = 0; k < K; ++k) conv.w[(4 * C + k) * K + k] = 1;
    }
    network->convolutions.push_back(std::move(conv));
    C = K;
  }
  return network;
}

}  // namespace impasto::testing
