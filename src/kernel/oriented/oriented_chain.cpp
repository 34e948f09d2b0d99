#include "kernel/oriented/oriented_chain.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "base/ranges.h"
#include "kernel/gemm/gram.h"
#include "kernel/workspace.h"

namespace impasto::IMPASTO_ABI {

bool OrientedChain::available(const Context& context) { return oriented_stages(context.target()) != nullptr; }

OrientedChain::OrientedChain(const Context& context, std::span<const OrientedLayer> layers, const Shape& x,
                             const OrientedOutputs& outputs)
    : tiling_(layers, x, outputs.pool == Pooling::average, outputs.by_lanes),
      target_(context.target()),
      moment_stages_(active_lane_stages(context.target())),
      error_stages_(lane_error_stages(context.target())),
      core_(outputs.core),
      compared_(outputs.compared),
      slices_(tiling_.tiles()) {
  IMPASTO_ASSERT(outputs.pool != Pooling::max && moment_stages_ != nullptr);
  for (const Index l : outputs.moments) {
    const LaneMatrix matrix{tiling_.units(l), moment_stages_->columns};
    slices_ = std::min(slices_, gram_slices(tiling_.tiles(), matrix.lanes()));
    wanted_.push_back({l, matrix});
  }
  IMPASTO_ASSERT(wanted_.size() <= std::size_t{kMostLayers} && compared_.size() <= std::size_t{kMostLayers});
}

std::span<const Index> OrientedChain::slots(const Wanted& wanted) const {
  return tiling_.layers()[static_cast<std::size_t>(wanted.layer - 1)].slots;
}

// What a thread works on.
struct OrientedChain::Work {
  OrientedTile tile;
  TileMoments moments;
  TileErrors errors;

  Work(const OrientedChain& c, bool backward, Workspace& space)
      : tile(c.tiling_, c.target_, backward, space),
        moments(c.tiling_, *c.moment_stages_, space),
        errors(*c.error_stages_, c.core_) {}
  static EqualArrays<float> take_each(const OrientedChain& c, bool backward, Index threads, Workspace& space) {
    return space.take_each<float>(threads, workspace_size<float>([&](Workspace& own) { Work(c, backward, own); }));
  }
};

struct OrientedChain::ForwardArrays {
  std::array<EqualArrays<float>, kMostLayers> partials{};  // of the wanted layers' matrices, by slice
  std::array<double*, kMostLayers> distances{};            // of the compared layers, by tile
  EqualArrays<float> own;                                  // by thread: Work

  ForwardArrays(const OrientedChain& c, const Context& context, Workspace& space) {
    for (std::size_t k = 0; k < c.wanted_.size(); ++k)
      partials[k] = space.take_each<float>(c.slices_, c.wanted_[k].matrix.size());
    for (std::size_t k = 0; k < c.compared_.size(); ++k) distances[k] = space.take<double>(c.tiling_.tiles());
    own = Work::take_each(c, false, context.threads(), space);
  }
};

Index OrientedChain::forward_scratch(const Context& context) const {
  return workspace_size<float>([&](Workspace& space) { ForwardArrays(*this, context, space); });
}

void OrientedChain::forward(const Context& context, const float* x, float* y, const Moments* moments,
                            const Error* errors, float* scratch) const {
  Workspace space(scratch);
  const ForwardArrays arrays(*this, context, space);
  const Index tiles = tiling_.tiles();
  parallel_for(context, slices_, [&](Index slice, int worker) {
    Workspace own(arrays.own[worker]);
    Work work(*this, false, own);
    const Index begin = piece_begin(tiles, slice, slices_), end = piece_begin(tiles, slice + 1, slices_);
    bool begun = false;
    for (Index i = begin; i < end; ++i) {
      work.tile.move_to(tiling_.tile(i / tiling_.tile_columns(), i % tiling_.tile_columns()));
      work.tile.compute(x);
      work.tile.write(y);
      const Area seen = common(work.tile.core(), core_);
      for (std::size_t k = 0; k < compared_.size(); ++k)
        arrays.distances[k][i] = work.errors.distance(work.tile, compared_[k], seen, errors[k].target);
      if (seen.count() == 0) continue;
      for (std::size_t k = 0; k < wanted_.size(); ++k)
        work.moments.add_gram(work.tile, wanted_[k].layer, seen, begun, arrays.partials[k][slice]);
      begun = true;
    }
    for (std::size_t k = 0; k < wanted_.size() && !begun; ++k)
      std::fill_n(arrays.partials[k][slice], wanted_[k].matrix.size(), 0.0F);
  });
  for (std::size_t k = 0; k < wanted_.size(); ++k) {
    const EqualArrays<float>& partials = arrays.partials[k];
    float* total = partials[0];
    for_ranges(context, wanted_[k].matrix.size(), [&](Index begin, Index end) {
      for (Index slice = 1; slice < slices_; ++slice) {
        for (Index i = begin; i < end; ++i) total[i] += partials[slice][i];
      }
    });
    read_moments(context, wanted_[k].matrix, total, slots(wanted_[k]), moments[k].gram, moments[k].sum);
  }
  for (std::size_t k = 0; k < compared_.size(); ++k)
    *errors[k].sum = static_cast<float>(std::accumulate(arrays.distances[k], arrays.distances[k] + tiles, 0.0));
}

struct OrientedChain::BackwardArrays {
  std::array<float*, kMostLayers> slopes{};  // of the wanted layers
  EqualArrays<float> own;                    // by thread: Work

  BackwardArrays(const OrientedChain& c, const Context& context, Workspace& space) {
    for (std::size_t k = 0; k < c.wanted_.size(); ++k) slopes[k] = space.take<float>(c.wanted_[k].matrix.size());
    own = Work::take_each(c, true, context.threads(), space);
  }
};

Index OrientedChain::backward_scratch(const Context& context) const {
  return workspace_size<float>([&](Workspace& space) { BackwardArrays(*this, context, space); });
}

// What losses add to the gradient of a layer, over the core.
struct OrientedChain::Pull {
  const float* S = nullptr;       // times the values
  const float* target = nullptr;  // the difference from it, times `slope`
  float slope = 0;

  bool exists() const { return S != nullptr || target != nullptr; }
  // `add`: to what stands there.
  void add_to(Work& work, Index l, const Area& seen, bool add, bool masked) const {
    if (S != nullptr) work.moments.add_product(work.tile, l, seen, S, add, masked);
    if (target != nullptr) work.errors.add_pull(work.tile, l, seen, target, slope, add || S != nullptr, masked);
  }
};

void OrientedChain::backward(const Context& context, const float* x, const float* dy, const MomentGradients* moments,
                             const ErrorGradient* errors, float* dx, bool add, float* scratch) const {
  Workspace space(scratch);
  const BackwardArrays arrays(*this, context, space);
  Pull pulls[kMostLayers + 1];
  for (std::size_t k = 0; k < wanted_.size(); ++k) {
    if (moments[k].gram == nullptr && moments[k].sum == nullptr) continue;
    write_gradients(context, wanted_[k].matrix, moments[k].gram, moments[k].sum, slots(wanted_[k]), arrays.slopes[k]);
    pulls[wanted_[k].layer].S = arrays.slopes[k];
  }
  for (std::size_t k = 0; k < compared_.size(); ++k) {
    if (errors[k].sum == nullptr) continue;
    pulls[compared_[k]].target = errors[k].target;
    pulls[compared_[k]].slope = 2 * *errors[k].sum;
  }
  // Tiles of one colour do not share a position of dx.
  for (const Index colour : {0, 1, 2, 3}) {
    const Index top = colour / 2, left = colour % 2;
    const Index rows = (tiling_.tile_rows() - top + 1) / 2, columns = (tiling_.tile_columns() - left + 1) / 2;
    parallel_for(context, rows * columns, [&](Index i, int worker) {
      const Index row = i / columns * 2 + top, column = i % columns * 2 + left;
      Workspace own(arrays.own[worker]);
      Work work(*this, true, own);
      work.tile.move_to(tiling_.tile(row, column));
      backward_tile(work, x, dy, pulls);
      work.tile.write_gradient(row, column, add, dx);
    });
  }
}

void OrientedChain::backward_tile(Work& work, const float* x, const float* dy, const Pull* pulls) const {
  OrientedTile& tile = work.tile;
  const Index n = tiling_.depth();
  const Area seen = common(tile.core(), core_);
  tile.compute(x);
  tile.read_gradient(dy);
  if (!pulls[n].exists() || seen != tile.core()) tile.mask(n);
  if (seen.count() > 0) pulls[n].add_to(work, n, seen, true, true);
  for (Index l = n - 1; l >= 0; --l) {
    if (pulls[l].exists()) {
      tile.clear_around(l, seen);
      if (seen.count() > 0) pulls[l].add_to(work, l, seen, false, false);
    }
    tile.adjoint(l, pulls[l].exists());
  }
}

}  // namespace impasto::IMPASTO_ABI
