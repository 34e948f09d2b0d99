// VGG19 with weights from an integer hash, the same as tests/golden/hash_network.py makes, bit by bit.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "model/network_weights.h"
#include "model/vgg.h"

namespace impasto::testing {

/// MurmurHash3's 32-bit finaliser.
inline std::uint32_t fmix32(std::uint32_t h) {
  h ^= h >> 16;
  h *= 0x85EBCA6BU;
  h ^= h >> 13;
  h *= 0xC2B2AE35U;
  return h ^ (h >> 16);
}

/// In [-1, 1), exact in float.
inline double hash_uniform(std::uint32_t stream, std::uint32_t i) {
  return static_cast<double>(fmix32(fmix32(i) ^ fmix32(stream * 0x9E3779B9U + 1)) >> 8) * 0x1p-23 - 1;
}

/// All 16 convolutions, made once.
inline const std::vector<ConvWeights>& hash_convolutions() {
  static const std::vector<ConvWeights> convolutions = [] {
    std::vector<ConvWeights> made;
    Index C = 3;
    for (const VggLayer& layer : vgg_layers()) {
      if (layer.is_pool) continue;
      const std::uint32_t stream = 2 * static_cast<std::uint32_t>(made.size());
      const Index K = layer.channels;
      ConvWeights conv{Tensor<float>({3, 3, C, K}), Tensor<float>({K})};
      const double limit = std::sqrt(6.0 / (9.0 * static_cast<double>(C)));
      std::uint32_t i = 0, k = 0;
      for (float& w : conv.w.values()) w = static_cast<float>(hash_uniform(stream, i++) * limit);
      for (float& b : conv.b.values()) b = static_cast<float>(hash_uniform(stream + 1, k++) * 0.1);
      made.push_back(std::move(conv));
      C = K;
    }
    return made;
  }();
  return convolutions;
}

/// The first `count` convolutions of the full-width network.
inline std::shared_ptr<NetworkWeights> hash_network(std::size_t count = 16) {
  auto network = std::make_shared<NetworkWeights>();
  network->description = "hash network";
  for (std::size_t i = 0; i < count; ++i) {
    const ConvWeights& conv = hash_convolutions()[i];
    network->convolutions.push_back({conv.w.clone(), conv.b.clone()});
  }
  return network;
}

}  // namespace impasto::testing
