// Sizes of targets, which losses of the normalised scale are measured in.
#pragma once

#include <span>
#include <vector>

#include "impasto/options.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// Sum of squares, in double.
template <class T>
double energy(std::span<const T> values) {
  double sum = 0;
  for (const T value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return sum;
}

/// 1 / energy. A target without energy (a flat picture, up to rounding) would divide by nothing: its error then counts
/// per value. Rounding leaves `rounding` of `whole`, the energy before a mean was taken off.
inline double inverse_energy(double energy, double whole, double rounding, Index count) {
  return 1 / (energy > rounding * whole ? energy : static_cast<double>(count));
}

/// By what a layer's weight is multiplied: in the normalised scale they share 1.
inline double layer_share(LossScale scale, const std::vector<LayerWeight>& layers) {
  if (scale != LossScale::normalised) return 1;
  double sum = 0;
  for (const LayerWeight& layer : layers) sum += layer.weight;
  return 1 / sum;
}

}  // namespace impasto::IMPASTO_ABI
