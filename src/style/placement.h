// Where the regions of a guide are on the maps of a layer. docs/MATH.md, "Regions".
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "autodiff/ops/ops.h"
#include "style/scene.h"
#include "tensor/area.h"

namespace impasto::IMPASTO_ABI {

/// A region on a map: not at all, or with weights whose mean over the map is 1 (null: 1 everywhere).
struct Placement {
  bool exists = false;
  std::shared_ptr<const PositionWeights> weights = nullptr;

  /// The same on the part `core` of a map that is `width` positions wide, counted from the core's corner.
  Placement within(const Area& core, Index width) const;
};

/// `region` without what is protected, on a map of these positions. A region of less than one position does not exist.
Placement place(const Tensor<float>& region, const Tensor<float>& protect, const Area& map);

/// True if no mask makes the positions of a painting differ.
template <class T>
bool is_plain(const Scene<T>& scene, const Guide& guide);

/// Shares of the regions in what is painted, together 1. Throws Error(input) when all is protected.
template <class T>
std::vector<double> painted_shares(const Scene<T>& scene, const Guide& guide);

/// Throws Error(input) if a region that is painted is too small for every one of the style layers, on the content or on
/// the styles; `layers`: positions in vgg_layers().
template <class T>
void check_regions(const Scene<T>& scene, const Guide& guide, const std::vector<std::size_t>& layers);

}  // namespace impasto::IMPASTO_ABI
