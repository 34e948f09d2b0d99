// The statistics of a style picture: sums over its positions, by layer and region.
#pragma once

#include <cstddef>
#include <vector>

#include "style/scene.h"
#include "style/statistics.h"

namespace impasto::IMPASTO_ABI {

/// Of all styles together, by their shares, in a region at a layer; per position.
struct StyleTarget {
  std::vector<double> matrix;  ///< C x C: Gram matrix or covariance
  std::vector<double> mean;    ///< C, or none
  bool exists() const { return !matrix.empty(); }
};

/// Moments over the positions of a region; nothing where the style does not have it.
struct RegionSums {
  std::vector<double> gram, sum;
};
/// By style layer and region.
using StyleSums = std::vector<std::vector<RegionSums>>;

/// Those of the scene's style k, from its cache or measured in windows of options.region_size.
template <class T>
StyleSums style_sums(const Compared<T>& compared, const Scene<T>& scene, std::size_t k, const Context& context);

/// Of a map of so many positions, weights that masks gave them included.
template <class T>
StyleTarget style_target(const RegionSums& sums, Index positions, const Context& context);

}  // namespace impasto::IMPASTO_ABI
