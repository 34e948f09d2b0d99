// Squared distances of a tile's maps F from other maps P, and their gradients. P stands over the core of a window, by
// lanes in halves (units x h x w x kUnit), which take a quarter of the time that floats in the order of channels do;
// what their rounding changes, 2^-12 of P, is far below F - P.
#pragma once

#include <cstdint>

#include "kernel/oriented/lane_errors.h"
#include "kernel/oriented/oriented_tile.h"

namespace impasto::IMPASTO_ABI {

/// Of P, counted in floats: half as many as it has lanes.
inline Shape target_shape(const OrientedLayer& layer, const Area& core) {
  return {static_cast<Index>(layer.units.size()), core.height, core.width, kUnit / 2};
}

Index write_target_scratch(const Context& context, Index W);
/// P of a map H x W x C of the layer, whose numbers are below 65520; lanes without a channel are as in F. Scratch is
/// counted in floats.
void write_target(const Context& context, const OrientedLayer& layer, Index H, Index W, const float* map, float* P,
                  float* scratch);

class TileErrors {
 public:
  TileErrors(const LaneErrorStages& stages, const Area& core) : stages_(stages), core_(core) {}

  /// |F - P|^2 of layer l over `area`, a part of tile and core.
  double distance(OrientedTile& tile, Index l, const Area& area, const float* P) const;
  /// The gradient of layer l over `area`: = or += slope (F - P). `masked`: and 0 where F is not positive.
  void add_pull(OrientedTile& tile, Index l, const Area& area, const float* P, float slope, bool add,
                bool masked) const;

 private:
  const std::uint16_t* row(const float* P, Index unit, Index r, Index c) const {
    return reinterpret_cast<const std::uint16_t*>(P) +
           ((unit * core_.height + r - core_.top) * core_.width + c - core_.left) * kUnit;
  }

  const LaneErrorStages& stages_;
  Area core_;
};

}  // namespace impasto::IMPASTO_ABI
