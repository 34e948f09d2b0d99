// VGG19 with weights from an integer hash, the same as tests/golden/hash_network.py makes, bit by bit.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>

#include "model/network_weights.h"
#include "model/vgg19.h"

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

/// The first `count` convolutions of the full-width network.
inline std::shared_ptr<NetworkWeights> hash_network(std::size_t count = 16) {
  auto network = std::make_shared<NetworkWeights>();
  network->description = "hash network";
  Index C = 3;
  std::uint32_t stream = 0;
  for (const Vgg19Layer& layer : vgg19_layers()) {
    if (layer.is_pool || network->convolutions.size() == count) continue;
    const Index K = layer.channels;
    ConvWeights conv{Tensor<float>({3, 3, C, K}), Tensor<float>({K})};
    const double limit = std::sqrt(6.0 / (9.0 * static_cast<double>(C)));
    for (Index i = 0; i < conv.w.shape().count(); ++i) {
      conv.w[i] = static_cast<float>(hash_uniform(stream, static_cast<std::uint32_t>(i)) * limit);
    }
    for (Index i = 0; i < K; ++i)
      conv.b[i] = static_cast<float>(hash_uniform(stream + 1, static_cast<std::uint32_t>(i)) * 0.1);
    network->convolutions.push_back(std::move(conv));
    stream += 2;
    C = K;
  }
  return network;
}

}  // namespace impasto::testing
