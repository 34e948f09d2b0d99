// VGG19 in full width with random values: uniform in +-sqrt(6 / (9 C)), C the input channels, which keeps maps of order
// 1 from layer to layer (He et al., arXiv:1502.01852, eq. 10).
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "model/network_weights.h"
#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {

NetworkWeights random_weights(std::uint64_t seed) {
  NetworkWeights network;
  Random random(seed);
  Index C = 3;
  for (const VggLayer& layer : vgg_layers()) {
    if (layer.is_pool) continue;
    const double limit = std::sqrt(6.0 / (9.0 * static_cast<double>(C)));
    Tensor<float> w({3, 3, C, layer.channels});
    for (float& value : w.values()) value = static_cast<float>(random.uniform(-limit, limit));
    network.convolutions.push_back({std::move(w), Tensor<float>({layer.channels}, 0.0F)});
    C = layer.channels;
  }
  network.description = text("random values (VGG19 in full width, seed ", seed, ")");
  return network;
}

}  // namespace impasto::IMPASTO_ABI
