#include "kernel/oriented/oriented_chain.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "kernel/gemm/gemm.h"
#include "kernel/gemm/gram.h"
#include "kernel/ranges.h"

namespace impasto::IMPASTO_ABI {

bool OrientedChain::available(const Context& context) { return oriented_stages(context.target()) != nullptr; }

OrientedChain::OrientedChain(const Context& context, std::span<const OrientedLayer> layers, const Shape& x, Pool pool,
                             const std::vector<Index>& moments)
    : tiling_(layers, x),
      stages_(oriented_stages(context.target())),
      moment_stages_(active_lane_stages(context.target())),
      pooled_(pool == Pool::average),
      slices_(tiling_.tiles()) {
  IMPASTO_ASSERT(pool != Pool::max && stages_ != nullptr);
  for (const Index l : moments) {
    const LaneMatrix matrix{tiling_.units(l), moment_stages_->columns};
    slices_ = std::min(slices_, gram_slices(tiling_.tiles(), matrix.lanes()));
    wanted_.push_back({l, matrix, 0});
  }
  for (Wanted& wanted : wanted_) {
    wanted.offset = partials_;
    partials_ += slices_ * wanted.matrix.size();
  }
}

Shape OrientedChain::output() const {
  const Index step = pooled_ ? 2 : 1;
  return {tiling_.H() / step, tiling_.W() / step, tiling_.channels(tiling_.depth())};
}

std::span<const Index> OrientedChain::slots(const Wanted& wanted) const {
  return tiling_.layers()[static_cast<std::size_t>(wanted.layer - 1)].slots;
}

Index OrientedChain::work_size(bool backward) const {
  const Index moments = wanted_.empty() ? 0 : TileMoments::memory_size(tiling_, *moment_stages_);
  return scratch_elements(OrientedTile::memory_size(tiling_, backward)) + scratch_elements(moments);
}

Index OrientedChain::forward_scratch(const Context& context) const {
  return partials_ + context.threads() * work_size(false);
}

void OrientedChain::forward(const Context& context, const float* x, float* y, const Moments* moments,
                            float* scratch) const {
  const Index tiles = tiling_.tiles(), tile_size = scratch_elements(OrientedTile::memory_size(tiling_, false));
  parallel_for(context, slices_, [&](Index slice, int worker) {
    float* own = scratch + partials_ + worker * work_size(false);
    OrientedTile tile(tiling_, *stages_, false, own);
    TileMoments sums(tiling_, *moment_stages_, own + tile_size);
    const Index begin = piece_begin(tiles, slice, slices_), end = piece_begin(tiles, slice + 1, slices_);
    for (Index i = begin; i < end; ++i) {
      tile.move_to(tiling_.tile(i / tiling_.tile_columns(), i % tiling_.tile_columns()));
      tile.compute(x);
      tile.write(pooled_, y);
      for (const Wanted& wanted : wanted_) {
        sums.add_gram(tile, wanted.layer, i > begin, scratch + wanted.offset + slice * wanted.matrix.size());
      }
    }
  });
  for (std::size_t k = 0; k < wanted_.size(); ++k) {
    const Index size = wanted_[k].matrix.size();
    float* total = scratch + wanted_[k].offset;
    for_ranges(context, size, [&](Index begin, Index end) {
      for (Index slice = 1; slice < slices_; ++slice) {
        for (Index i = begin; i < end; ++i) total[i] += total[slice * size + i];
      }
    });
    read_moments(wanted_[k].matrix, total, slots(wanted_[k]), moments[k].gram, moments[k].sum);
  }
}

Index OrientedChain::backward_scratch(const Context& context) const {
  Index matrices = 0;
  for (const Wanted& wanted : wanted_) matrices += wanted.matrix.size();
  return matrices + context.threads() * work_size(true);
}

void OrientedChain::backward(const Context& context, const float* x, const float* dy, const MomentGradients* moments,
                             float* dx, bool add, float* scratch) const {
  const float* S[kMostLayers + 1] = {};
  for (std::size_t k = 0; k < wanted_.size(); ++k) {
    if (moments[k].gram == nullptr && moments[k].sum == nullptr) continue;
    write_gradients(wanted_[k].matrix, moments[k].gram, moments[k].sum, slots(wanted_[k]), scratch);
    S[wanted_[k].layer] = scratch;
    scratch += wanted_[k].matrix.size();
  }
  const Index tile_size = scratch_elements(OrientedTile::memory_size(tiling_, true));
  // Tiles of one colour do not share a position of dx.
  for (const Index colour : {0, 1, 2, 3}) {
    const Index top = colour / 2, left = colour % 2;
    const Index rows = (tiling_.tile_rows() - top + 1) / 2, columns = (tiling_.tile_columns() - left + 1) / 2;
    parallel_for(context, rows * columns, [&](Index i, int worker) {
      const Index row = i / columns * 2 + top, column = i % columns * 2 + left;
      float* own = scratch + worker * work_size(true);
      OrientedTile tile(tiling_, *stages_, true, own);
      TileMoments sums(tiling_, *moment_stages_, own + tile_size);
      tile.move_to(tiling_.tile(row, column));
      backward_tile(tile, sums, x, dy, S);
      tile.write_gradient(row, column, add, dx);
    });
  }
}

void OrientedChain::backward_tile(OrientedTile& tile, TileMoments& moments, const float* x, const float* dy,
                                  const float* const* S) const {
  const Index n = tiling_.depth();
  tile.compute(x);
  tile.read_gradient(pooled_, dy);
  if (S[n] == nullptr) {
    tile.mask(n);
  } else {
    moments.add_product(tile, n, S[n], true, true);
  }
  for (Index l = n - 1; l >= 0; --l) {
    if (S[l] != nullptr) {
      tile.clear_around(l);
      moments.add_product(tile, l, S[l], false, false);
    }
    tile.adjoint(l, S[l] != nullptr);
  }
}

}  // namespace impasto::IMPASTO_ABI
