#include "kernel/winograd/winograd_block.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/parallel.h"

namespace impasto::IMPASTO_ABI {

Index slab_channels(const WinogradStages& stages) { return std::max(stages.panel, Index{32}); }

Index whole_vectors(const WinogradStages& stages, Index channels) {
  return (channels + stages.lanes - 1) / stages.lanes * stages.lanes;
}

Index whole_slabs(const WinogradStages& stages, Index channels) {
  const Index slab = slab_channels(stages);
  return (channels + slab - 1) / slab * slab;
}

namespace {

// Bit p: a tile that reads these inputs of an axis, tile + 2 of them, needs the axis's point p.
std::uint8_t needed_points(const WinogradStages& stages, const Index* inputs) {
  const Index* end = inputs + stages.tile + 2;
  return stages.axis_points[std::find(inputs, end, kFreeInput) - inputs - 3];
}

}  // namespace

TileRanges tile_ranges(const WinogradStages& stages, const TileSource& source, const TileAt* tiles, Index count) {
  const Index side = stages.tile + 2;
  TileRanges ranges;
  ranges.fill({count, count});
  const auto needed = [&](Index t) {
    return std::pair{needed_points(stages, source.rows + tiles[t].row * side),
                     needed_points(stages, source.columns + tiles[t].column * side)};
  };
  for (Index first = 0, last = 0; first < count; first = last) {  // tiles that need the same
    const auto axes = needed(first);
    while (last < count && needed(last) == axes) ++last;
    for (Index point = 0; point < stages.points; ++point) {
      if ((axes.first >> (point / side) & axes.second >> (point % side) & 1) == 0) continue;
      TileRange& range = ranges[static_cast<std::size_t>(point)];
      range = {std::min(range.first, first), last};
    }
  }
  return ranges;
}

WinogradBlock::WinogradBlock(const WinogradStages& stages, Index depth, Index width, Index tiles)
    : stages_(&stages),
      depth_(whole_vectors(stages, depth)),
      slab_(slab_channels(stages)),
      slabs_(whole_slabs(stages, width) / slab_),
      tiles_(tiles) {}

WinogradBlock::Filters WinogradBlock::take_filters(Workspace& space) const {
  return {.U = space.take_each<float>(slabs_, stages_->points * point_stride(depth_ * slab_)),
          .taps = space.take_each<float>(slabs_, 9 * depth_ * slab_)};
}

void WinogradBlock::make_filters(const Context& context, const FilterSource& source, const Filters& filters) const {
  const Index stride = point_stride(depth_ * slab_);
  const Index side = stages_->tile + 2, pairs = side / 2;
  parallel_for(context, slabs_, [&](Index slab, int) {
    stages_->gather(source, 0, depth_, {slab * slab_, slab_}, filters.taps[slab]);
  });
  parallel_for(context, slabs_ * pairs, [&](Index piece, int) {
    const Index slab = piece / pairs, row = piece % pairs * 2;
    stages_->filters(source, 0, depth_, {slab * slab_, slab_}, row, filters.taps[slab],
                     filters.U[slab] + row * side * stride, stride);
  });
}

WinogradBlock::Work WinogradBlock::take_work(Workspace& space) const {
  return {.V = space.take<float>(stages_->points * point_stride(tiles_ * depth_)),
          .M = space.take<float>(stages_->points * point_stride(tiles_ * slab_)),
          .patch = space.take<float>(stages_->points * depth_)};
}

void WinogradBlock::run(const TileSource& source, const TileAt* from, const TileSink& sink, const TileAt* to,
                        Index count, const Filters& filters, const Work& work) const {
  const WinogradStages& s = *stages_;
  const Index v_stride = point_stride(tiles_ * depth_), m_stride = point_stride(tiles_ * slab_),
              u_stride = point_stride(depth_ * slab_);
  s.input_transform(source, from, 0, count, count, work.patch, work.V, v_stride);
  const TileRanges ranges = tile_ranges(s, source, from, count);
  for (Index slab = 0; slab < slabs_; ++slab) {
    s.multiply(s.points, ranges.data(), count, depth_, work.V, v_stride, filters.U[slab], u_stride, work.M, m_stride,
               slab_, false);
    s.output_transform(sink, to, count, work.M, m_stride, {slab * slab_, slab_});
  }
}

}  // namespace impasto::IMPASTO_ABI
