// Squared distances of a tile's maps F from other maps P, and their gradients. P lies over the core of a window, its
// channels in their own order.
#pragma once

#include "kernel/oriented/lane_errors.h"
#include "kernel/oriented/oriented_tile.h"

namespace impasto::IMPASTO_ABI {

class TileErrors {
 public:
  TileErrors(const OrientedTiling& tiling, const OrientedStages& stages, const LaneErrorStages& errors,
             const Area& core, Workspace& space);

  /// |F - P|^2 of layer l over `area`, a part of tile and core.
  double distance(OrientedTile& tile, Index l, const Area& area, const float* P);
  /// The gradient of layer l over `area`: = or += slope (F - P). `masked`: and 0 where F is not positive.
  void add_pull(OrientedTile& tile, Index l, const Area& area, const float* P, float slope, bool add, bool masked);

 private:
  template <class Body>
  void for_rows(Index l, const Area& area, const float* P, const Body& body);

  const OrientedTiling& tiling_;
  const OrientedStages& stages_;
  const LaneErrorStages& errors_;
  Area core_;
  float* row_;
};

}  // namespace impasto::IMPASTO_ABI
