// What losses on layers read of the network.
#pragma once

#include <vector>

#include "impasto/options.h"
#include "model/vgg19.h"

namespace impasto::IMPASTO_ABI {

inline std::vector<FeatureRequest> requests_of(const std::vector<LayerWeight>& layers, bool gram, bool sums = false) {
  std::vector<FeatureRequest> requests;
  requests.reserve(layers.size());
  for (const LayerWeight& layer : layers) requests.push_back({find_layer(layer.layer), gram, sums});
  return requests;
}

}  // namespace impasto::IMPASTO_ABI
