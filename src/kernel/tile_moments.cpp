#include "kernel/tile_moments.h"

#include <algorithm>

#include "kernel/gemm.h"

namespace impasto {
namespace {

struct Sizes {
  Index gram = 0, entries = 0, ends = 0;
};

Sizes sizes(const OrientedTiling& tiling, const ActiveLaneStages& stages) {
  Sizes s;
  const Index groups = tiling.tile_height() * (tiling.tile_width() / 4 + 3);  // the last tile may leave single ones
  for (Index l = 1; l <= tiling.depth(); ++l) {
    const LaneMatrix matrix{tiling.units(l), stages.columns};
    s.gram = std::max(s.gram, matrix.size());
    s.entries = std::max(s.entries, groups * matrix.lanes());
    s.ends = std::max(s.ends, groups * matrix.chunks());
  }
  s.gram = scratch_elements(s.gram);
  s.entries = scratch_elements(s.entries + kUnit);  // the last store is a whole vector
  s.ends = scratch_elements(s.ends);
  return s;
}

}  // namespace

Index TileMoments::memory_size(const OrientedTiling& tiling, const ActiveLaneStages& stages) {
  const Sizes s = sizes(tiling, stages);
  return s.gram + 2 * s.entries + s.ends;
}

TileMoments::TileMoments(const OrientedTiling& tiling, const ActiveLaneStages& stages, float* memory)
    : stages_(stages), plane_(tiling.plane()), gram_(memory), lanes_{} {
  const Sizes s = sizes(tiling, stages);
  static_assert(sizeof(std::int32_t) == sizeof(float));
  lanes_.values = reinterpret_cast<std::int32_t*>(memory + s.gram);
  lanes_.rows = lanes_.values + s.entries;
  lanes_.ends = lanes_.rows + s.entries;
}

// Calls body(row of the tile's map, first entry, its lanes, row number).
template <class Body>
void TileMoments::for_rows(OrientedTile& tile, const Body& body) {
  const OrientedArea core = tile.core();
  const Index ends = active_groups(core.width) * matrix_.chunks();
  ActiveLanes lanes = lanes_;
  for (Index r = core.top; r < core.bottom(); ++r) {
    const std::int32_t begin = r == core.top ? 0 : lanes.ends[-1];
    body(UnitRow{tile.value(l_, 0, r, core.left), plane_, core.width, matrix_.units}, begin, lanes, r);
    lanes.ends += ends;
  }
}

void TileMoments::list(OrientedTile& tile, Index l) {
  l_ = l;
  matrix_ = {tile.units(l), stages_.columns};
  for_rows(tile, [&](const UnitRow& row, std::int32_t begin, const ActiveLanes& lanes, Index) {
    stages_.list(row, begin, lanes);
  });
}

// A tile's matrix is summed apart, so that long sums do not lose what is small beside them.
void TileMoments::add_gram(OrientedTile& tile, bool add, float* sum) {
  for (Index chunk = 0; chunk < matrix_.chunks(); ++chunk) {
    const Index last = std::min((chunk + 1) * matrix_.columns, matrix_.lanes()) - 1;
    const Index used = (last / kUnit + 1) * kUnit * matrix_.columns;  // rows that a <= b needs
    std::fill_n(gram_, used, 0.0F);
    for_rows(tile, [&](const UnitRow& row, std::int32_t begin, const ActiveLanes& lanes, Index) {
      stages_.gram(row, chunk, begin, lanes, gram_);
    });
    float* to = sum + chunk * matrix_.chunk_size();
    for (Index i = 0; i < used; ++i) to[i] = add ? to[i] + gram_[i] : gram_[i];
  }
}

void TileMoments::add_product(OrientedTile& tile, const float* S, bool add, bool masked) {
  for (Index chunk = 0; chunk < matrix_.chunks(); ++chunk) {
    for_rows(tile, [&](const UnitRow& row, std::int32_t begin, const ActiveLanes& lanes, Index r) {
      stages_.product(row, chunk, begin, lanes, S + chunk * matrix_.chunk_size(), add, masked,
                      tile.gradient(l_, 0, r, tile.core().left));
    });
  }
}

void read_moments(const LaneMatrix& matrix, const float* lanes, std::span<const Index> slots, float* G, float* s) {
  const auto entry = [&](Index a, Index b) { return lanes[matrix.at(std::min(a, b), std::max(a, b))]; };
  for (const Index a : slots) {
    for (const Index b : slots) *G++ = entry(a, b);
  }
  if (s == nullptr) return;
  for (const Index a : slots) *s++ = entry(a, kOnesLane);
}

void write_gradients(const LaneMatrix& matrix, const float* dG, const float* ds, std::span<const Index> slots,
                     float* lanes) {
  std::fill_n(lanes, matrix.size(), 0.0F);
  const std::size_t C = slots.size();
  for (std::size_t i = 0; i < C && dG != nullptr; ++i) {
    for (std::size_t j = 0; j < C; ++j) lanes[matrix.at(slots[i], slots[j])] = dG[i * C + j] + dG[j * C + i];
  }
  for (std::size_t i = 0; i < C && ds != nullptr; ++i) lanes[matrix.at(kOnesLane, slots[i])] = ds[i];
}

}  // namespace impasto
