#include "kernel/oriented/tile_errors.h"

#include <algorithm>
#include <cstdint>

#include "base/half.h"
#include "base/parallel.h"
#include "kernel/workspace.h"

namespace impasto::IMPASTO_ABI {
namespace {

EqualArrays<float> take_rows(const Context& context, Index W, Workspace& space) {
  return space.take_each<float>(context.threads(), W * kUnit);
}

}  // namespace

Index write_target_scratch(const Context& context, Index W) {
  return workspace_size<float>([&](Workspace& space) { take_rows(context, W, space); });
}

constexpr float kMostHalf = 65504;  // the largest; a picture in 0 .. 1 stays far below it

void write_target(const Context& context, const OrientedLayer& layer, Index H, Index W, const float* map, float* P,
                  float* scratch) {
  const OrientedStages& stages = *oriented_stages(context.target());
  Workspace space(scratch);
  const EqualArrays<float> rows = take_rows(context, W, space);
  parallel_for(context, H, [&](Index r, int worker) {
    float* row = rows[worker];
    for (const OrientedSegment& segment : layer.segments) {
      stages.read(segment, map + r * W * layer.channels, layer.channels, W, row);
      if ((segment.slot + segment.count + segment.zeros) % kUnit != 0) continue;  // more segments of the unit follow
      const Index unit = segment.slot / kUnit;
      for (Index w = 0; unit == 0 && w < W; ++w) row[w * kUnit + kOnesLane] = 1;
      // Not by vectors: of targets without instructions for it, Highway 1.0 cuts off instead of rounding.
      std::transform(row, row + W * kUnit, reinterpret_cast<std::uint16_t*>(P) + (unit * H + r) * W * kUnit,
                     [](float value) { return half_from_bounded(std::min(value, kMostHalf)); });
    }
  });
}

double TileErrors::distance(OrientedTile& tile, Index l, const Area& area, const float* P) const {
  double sum = 0;
  for (Index unit = 0; unit < tile.units(l); ++unit) {
    for (Index r = area.top; r < area.bottom(); ++r)
      sum += stages_.distance(tile.value(l, unit, r, area.left), row(P, unit, r, area.left), area.width);
  }
  return sum;
}

void TileErrors::add_pull(OrientedTile& tile, Index l, const Area& area, const float* P, float slope, bool add,
                          bool masked) const {
  for (Index unit = 0; unit < tile.units(l); ++unit) {
    for (Index r = area.top; r < area.bottom(); ++r)
      stages_.pull(tile.value(l, unit, r, area.left), row(P, unit, r, area.left), area.width, slope, add, masked,
                   tile.gradient(l, unit, r, area.left));
  }
}

}  // namespace impasto::IMPASTO_ABI
