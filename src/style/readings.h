// What losses on layers read of the network.
#pragma once

#include <vector>

#include "impasto/options.h"
#include "model/vgg19.h"

namespace impasto::IMPASTO_ABI {

inline std::vector<Reading> readings_of(const std::vector<LayerWeight>& layers, bool gram, bool sums = false) {
  std::vector<Reading> readings;
  for (const LayerWeight& layer : layers) readings.push_back({find_layer(layer.layer), gram, sums});
  return readings;
}

}  // namespace impasto::IMPASTO_ABI
