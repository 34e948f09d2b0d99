#include "kernel/oriented/tile_errors.h"

namespace impasto::IMPASTO_ABI {

TileErrors::TileErrors(const OrientedTiling& tiling, const OrientedStages& stages, const LaneErrorStages& errors,
                       const Area& core, Workspace& space)
    : tiling_(tiling),
      stages_(stages),
      errors_(errors),
      core_(core),
      row_(space.take<float>(tiling.tile_width() * kUnit)) {}

// Calls body(unit, row) for all units and rows of the area, while row_ holds that of P.
template <class Body>
void TileErrors::for_rows(Index l, const Area& area, const float* P, const Body& body) {
  const Index C = tiling_.channels(l);
  for (Index r = area.top; r < area.bottom(); ++r) {
    const float* from = P + ((r - core_.top) * core_.width + area.left - core_.left) * C;
    for (const OrientedSegment& segment : tiling_.segments(l)) {
      stages_.read(segment, from, C, area.width, row_);
      const Index unit = segment.slot / kUnit;
      if ((segment.slot + segment.count + segment.zeros) % kUnit != 0) continue;  // more segments of it follow
      // No channel: F is 1 there.
      for (Index w = 0; unit == 0 && w < area.width; ++w) row_[w * kUnit + kOnesLane] = 1;
      body(unit, r);
    }
  }
}

double TileErrors::distance(OrientedTile& tile, Index l, const Area& area, const float* P) {
  double sum = 0;
  for_rows(l, area, P,
           [&](Index unit, Index r) { sum += errors_.distance(tile.value(l, unit, r, area.left), row_, area.width); });
  return sum;
}

void TileErrors::add_pull(OrientedTile& tile, Index l, const Area& area, const float* P, float slope, bool add,
                          bool masked) {
  for_rows(l, area, P, [&](Index unit, Index r) {
    errors_.pull(tile.value(l, unit, r, area.left), row_, area.width, slope, add, masked,
                 tile.gradient(l, unit, r, area.left));
  });
}

}  // namespace impasto::IMPASTO_ABI
