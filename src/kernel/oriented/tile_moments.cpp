#include "kernel/oriented/tile_moments.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/parallel.h"

namespace impasto::IMPASTO_ABI {
TileMoments::TileMoments(const OrientedTiling& tiling, const ActiveLaneStages& stages, Workspace& space)
    : stages_(stages), plane_(tiling.plane()), lanes_{} {
  const Index groups = tiling.tile_height() * (tiling.tile_width() / 4 + 3);  // the last tile may leave single ones
  Index chunk = 0, entries = 0, ends = 0;
  for (Index l = 1; l <= tiling.depth(); ++l) {
    const LaneMatrix matrix{tiling.units(l), stages.columns};
    chunk = std::max(chunk, matrix.chunk_size());
    entries = std::max(entries, groups * matrix.lanes());
    ends = std::max(ends, groups * matrix.units);
  }
  gram_ = space.take<float>(chunk);
  lanes_.slots = space.take<std::int32_t>(entries + kUnit);  // the last store is a whole vector
  lanes_.ends = space.take<std::int32_t>(ends);
}

// Calls body(chunk, row of the tile's map, its first entry, its lanes, row number) for all chunks and rows. A single
// chunk takes a row while it is in L1; of several, each stays there while all rows pass.
template <class Body>
void TileMoments::for_chunks(OrientedTile& tile, Index l, const Area& area, const Body& body) {
  const Index units = tile.units(l), chunks = LaneMatrix{units, stages_.columns}.chunks();
  const Index ends = active_groups(area.width) * units;
  for (Index chunk = 0; chunk < chunks; ++chunk) {
    ActiveLanes lanes = lanes_;
    std::int32_t begin = 0;
    for (Index r = area.top; r < area.bottom(); ++r) {
      const UnitRow row{tile.value(l, 0, r, area.left), plane_, area.width, units};
      if (chunk == 0) stages_.list(row, begin, lanes);
      body(chunk, row, begin, lanes, r);
      if (chunks == 1) continue;
      lanes.ends += ends;
      begin = lanes.ends[-1];
    }
  }
}

// A tile's matrix is summed apart, so that long sums do not lose what is small beside them.
void TileMoments::add_gram(OrientedTile& tile, Index l, const Area& area, bool add, float* sum) {
  const LaneMatrix matrix{tile.units(l), stages_.columns};
  // Rows that a <= b needs.
  const auto used = [&](Index chunk) {
    const Index last = std::min((chunk + 1) * matrix.columns, matrix.lanes()) - 1;
    return (last / kUnit + 1) * kUnit * matrix.columns;
  };
  for_chunks(tile, l, area,
             [&](Index chunk, const UnitRow& row, std::int32_t begin, const ActiveLanes& lanes, Index r) {
               if (r == area.top) std::fill_n(gram_, used(chunk), 0.0F);
               stages_.gram(row, chunk, begin, lanes, gram_);
               if (r + 1 < area.bottom()) return;
               float* to = sum + chunk * matrix.chunk_size();
               for (Index i = 0; i < used(chunk); ++i) to[i] = add ? to[i] + gram_[i] : gram_[i];
             });
}

void TileMoments::add_product(OrientedTile& tile, Index l, const Area& area, const float* S, bool add, bool masked) {
  const Index chunk_size = LaneMatrix{tile.units(l), stages_.columns}.chunk_size();
  for_chunks(tile, l, area,
             [&](Index chunk, const UnitRow& row, std::int32_t begin, const ActiveLanes& lanes, Index r) {
               stages_.product(row, chunk, begin, lanes, S + chunk * chunk_size, add, masked,
                               tile.gradient(l, 0, r, area.left));
             });
}

void read_moments(const Context& context, const LaneMatrix& matrix, const float* lanes, std::span<const Index> slots,
                  float* G, float* s) {
  const Index C = static_cast<Index>(slots.size());
  const auto entry = [&](Index a, Index b) { return lanes[matrix.at(std::min(a, b), std::max(a, b))]; };
  parallel_for(context, C, [&](Index i, int) {
    const Index a = slots[static_cast<std::size_t>(i)];
    std::transform(slots.begin(), slots.end(), G + i * C, [&](Index b) { return entry(a, b); });
    if (s != nullptr) s[i] = entry(a, kOnesLane);
  });
}

void write_gradients(const Context& context, const LaneMatrix& matrix, const float* dG, const float* ds,
                     std::span<const Index> slots, float* lanes) {
  std::fill_n(lanes, matrix.size(), 0.0F);
  const Index C = static_cast<Index>(slots.size());
  parallel_for(context, C, [&](Index i, int) {
    const Index a = slots[static_cast<std::size_t>(i)];
    for (Index j = 0; j < C && dG != nullptr; ++j)
      lanes[matrix.at(a, slots[static_cast<std::size_t>(j)])] = dG[i * C + j] + dG[j * C + i];
    if (ds != nullptr) lanes[matrix.at(kOnesLane, a)] = ds[i];
  });
}

}  // namespace impasto::IMPASTO_ABI
