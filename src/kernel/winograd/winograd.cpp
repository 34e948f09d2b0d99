#include "kernel/winograd/winograd.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/machine.h"
#include "base/parallel.h"
#include "kernel/winograd/winograd_block.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr Index kFloat = sizeof(float);
// U of a whole layer is made at once up to 12 MiB; it then streams from the last-level cache for every block of tiles.
constexpr Index kWideFilters = 12 * (Index{1} << 20) / kFloat;
// One or two passes of the product's micro-kernel: V and M of 128 channels take 0.5 MiB of L2, beside what streams by.
constexpr Index kWideTiles = 12;
constexpr Index kMostM = Index{1} << 20;  // bytes; more than 1 MiB was not faster with any L2
// V is held for as many tiles as 8 MiB take, with many threads 16: in less they find too few pieces of work.
constexpr Index most_of_v(Index threads) {
  return std::clamp(threads, Index{8}, Index{16}) * (Index{1} << 20) / kFloat;
}

// Tiles need two points more than outputs along each axis, and filters are transformed to all points of a whole tile:
// whichever takes fewer multiplications, a transformed filter counting as much as 6 tiles.
int choose_tile(Index H, Index W) {
  const auto cost = [&](Index tile) {
    const Index rows = (H + tile - 1) / tile, columns = (W + tile - 1) / tile;
    return (H + 2 * rows) * (W + 2 * columns) + 6 * (tile + 2) * (tile + 2);
  };
  return cost(6) < cost(4) ? 6 : 4;
}

}  // namespace

WinogradPass::WinogradPass(const Context& context, std::vector<Index> rows, std::vector<Index> columns, int tile,
                           Index depth, Index width)
    : stages_(winograd_stages(context.target(), tile)),
      rows_(std::move(rows)),
      columns_(std::move(columns)),
      depth_(whole_vectors(*stages_, depth)),
      width_(whole_slabs(*stages_, width)),
      slab_(slab_channels(*stages_)),
      threads_(context.threads()) {
  const Index side = tile + 2, points = stages_->points;
  for (Index row = 0; row < static_cast<Index>(rows_.size()) / side; ++row) {
    for (Index column = 0; column < static_cast<Index>(columns_.size()) / side; ++column)
      tiles_.push_back({static_cast<std::int32_t>(row), static_cast<std::int32_t>(column)});
  }
  sort_tiles();
  const Index count = static_cast<Index>(tiles_.size());
  deep_ = points * depth_ * width_ > kWideFilters;
  if (deep_) {
    // U of two rows of points takes a quarter of L2. M may fill it, since two rows, a quarter of M, are worked on at a
    // time, and the more tiles a block has, the less often filters are made for them.
    const Index fits = l2_cache_bytes() / 4 / kFloat / (2 * side * slab_);
    channels_ = std::clamp(fits / stages_->lanes * stages_->lanes, stages_->lanes, depth_);
    // Slabs times blocks of the tiles whose V is held at a time are pieces of work: with many threads, smaller blocks,
    // down to a pass of the product.
    const Index held = std::min(count, most_of_v(threads_) / (points * depth_));
    const Index near = std::min(Index{l2_cache_bytes()}, kMostM) / kFloat / (points * slab_);
    const Index shared = (held * (width_ / slab_) + threads_ - 1) / threads_;
    block_ = balanced(std::min(near, std::max(shared, stages_->rows)));
    blocks_ = std::clamp(most_of_v(threads_) / (points * depth_ * block_), Index{1}, (count + block_ - 1) / block_);
  } else {
    // As many blocks as fill whole rounds of all threads.
    const Index rounds = (count + kWideTiles * threads_ - 1) / (kWideTiles * threads_);
    channels_ = depth_;
    block_ = (count + rounds * threads_ - 1) / (rounds * threads_);
    blocks_ = 1;
  }
}

// Right edge before the inner tiles, bottom edge after them, their corner in front of all: for every point, the tiles
// that need it are neighbours then.
void WinogradPass::sort_tiles() {
  const Index side = stages_->tile + 2;
  const auto is_ragged = [&](const Index* inputs) { return inputs[side - 1] == kFreeInput; };
  const auto place = [&](TileAt at) {
    const bool right = is_ragged(columns_.data() + at.column * side), bottom = is_ragged(rows_.data() + at.row * side);
    return bottom ? (right ? 0 : 3) : (right ? 1 : 2);
  };
  std::stable_sort(tiles_.begin(), tiles_.end(), [&](TileAt a, TileAt b) { return place(a) < place(b); });
}

// At most `most` tiles, and no last block much smaller than the others.
Index WinogradPass::balanced(Index most) const {
  const Index count = static_cast<Index>(tiles_.size()), blocks = (count + most - 1) / most;
  return (count + blocks - 1) / blocks;
}

struct WinogradPass::WideArrays {
  WinogradBlock::Filters filters;
  EqualArrays<float> own;  // by thread: WinogradBlock::Work

  WideArrays(const WinogradBlock& block, Index threads, Workspace& space)
      : filters(block.take_filters(space)),
        own(space.take_each<float>(threads, workspace_size<float>([&](Workspace& w) { block.take_work(w); }))) {}
};

// What a thread works on: M of a slab, U of two rows of points and the taps it is made of, a patch of the source.
struct WinogradPass::DeepWork {
  float *M, *U, *taps, *patch;

  DeepWork(const WinogradPass& p, Workspace& space)
      : M(space.take<float>(p.stages_->points * point_stride(p.block_ * p.slab_))),
        U(space.take<float>(2 * (p.stages_->tile + 2) * point_stride(p.channels_ * p.slab_))),
        taps(space.take<float>(9 * p.channels_ * p.slab_)),
        patch(space.take<float>(p.stages_->points * p.depth_)) {}
};

struct WinogradPass::DeepArrays {
  EqualArrays<float> V;    // by block of tiles
  EqualArrays<float> own;  // by thread: DeepWork

  DeepArrays(const WinogradPass& p, Workspace& space)
      : V(space.take_each<float>(p.blocks_, p.stages_->points * point_stride(p.block_ * p.depth_))),
        own(space.take_each<float>(p.threads_, workspace_size<float>([&](Workspace& w) { DeepWork(p, w); }))) {}
};

Index WinogradPass::scratch() const {
  return workspace_size<float>([&](Workspace& space) {
    if (deep_) {
      DeepArrays(*this, space);
    } else {
      WideArrays(WinogradBlock(*stages_, depth_, width_, block_), threads_, space);
    }
  });
}

void WinogradPass::run(const Context& context, TileSource source, const FilterSource& filters, const TileSink& sink,
                       float* scratch) const {
  source.rows = rows_.data();
  source.columns = columns_.data();
  if (deep_) {
    run_deep(context, source, filters, sink, scratch);
  } else {
    run_wide(context, source, filters, sink, scratch);
  }
}

// Few channels, many tiles: each piece of work takes a block of tiles through all stages.
void WinogradPass::run_wide(const Context& context, const TileSource& source, const FilterSource& filters,
                            const TileSink& sink, float* scratch) const {
  const WinogradBlock stages(*stages_, depth_, width_, block_);
  Workspace space(scratch);
  const WideArrays arrays(stages, threads_, space);
  const Index count = static_cast<Index>(tiles_.size());
  stages.make_filters(context, filters, arrays.filters);
  parallel_for(context, (count + block_ - 1) / block_, [&](Index block, int worker) {
    const TileAt* tiles = tiles_.data() + block * block_;
    Workspace own(arrays.own[worker]);
    stages.run(source, tiles, sink, tiles, std::min(block_, count - block * block_), arrays.filters,
               stages.take_work(own));
  });
}

// Many channels, few tiles: V of many tiles is made first; then each piece of work makes a slab of output channels of a
// block of tiles, with filters of its own, while its M stays in L2.
void WinogradPass::run_deep(const Context& context, const TileSource& source, const FilterSource& filters,
                            const TileSink& sink, float* scratch) const {
  const WinogradStages& s = *stages_;
  const Index slabs = width_ / slab_, count = static_cast<Index>(tiles_.size());
  const Index all = (count + block_ - 1) / block_, m_stride = point_stride(block_ * slab_);
  Workspace space(scratch);
  const DeepArrays arrays(*this, space);
  const auto work_of = [&](int worker) {
    Workspace own(arrays.own[worker]);
    return DeepWork(*this, own);
  };
  constexpr Index kGroup = 2;  // tiles whose input a thread transforms at a time
  for (Index first = 0; first < all; first += blocks_) {
    const Index blocks = std::min(blocks_, all - first), groups = (block_ + kGroup - 1) / kGroup;
    const auto tiles_of = [&](Index block) { return std::min(block_, count - block * block_); };
    parallel_for(context, blocks * groups, [&](Index piece, int worker) {
      const Index block = first + piece / groups, T = tiles_of(block), t = piece % groups * kGroup;
      s.input_transform(source, tiles_.data() + block * block_, t, std::min(t + kGroup, T), T, work_of(worker).patch,
                        arrays.V[block - first], point_stride(block_ * depth_));
    });
    parallel_for(context, blocks * slabs, [&](Index piece, int worker) {
      const Index block = first + piece / slabs, T = tiles_of(block);
      const Columns columns{piece % slabs * slab_, slab_};
      const DeepWork work = work_of(worker);
      const TileRanges ranges = tile_ranges(s, source, tiles_.data() + block * block_, T);
      multiply_slab(filters, columns, ranges.data(), T, arrays.V[block - first], work);
      s.output_transform(sink, tiles_.data() + block * block_, T, work.M, m_stride, columns);
    });
  }
}

// M of a slab. U is made for two rows of points at a time, so that it stays in L2 for as many channels as possible: M
// is then seldom read again to be added to.
void WinogradPass::multiply_slab(const FilterSource& filters, Columns columns, const TileRange* ranges, Index T,
                                 const float* V, const DeepWork& work) const {
  const WinogradStages& s = *stages_;
  const Index side = s.tile + 2, v_stride = point_stride(block_ * depth_), m_stride = point_stride(block_ * slab_),
              u_stride = point_stride(channels_ * slab_);
  for (Index c = 0; c < depth_; c += channels_) {
    const Index depth = std::min(channels_, depth_ - c);
    s.gather(filters, c, depth, columns, work.taps);
    for (Index row = 0; row < side; row += 2) {
      s.filters(filters, c, depth, columns, row, work.taps, work.U, u_stride);
      s.multiply(2 * side, ranges + row * side, T, depth, V + row * side * v_stride + c * T, v_stride, work.U, u_stride,
                 work.M + row * side * m_stride, m_stride, slab_, c > 0);
    }
  }
}

namespace {

// For each of a tile's inputs the position it reads. Outputs [0, outputs) of the axis; output o reads o - before,
// o - before + 1, o - before + 2; `position` maps these to the source, or to kZeroInput.
template <class Position>
std::vector<Index> tile_inputs(Index outputs, Index tile, Index before, Position&& position) {
  std::vector<Index> inputs;
  for (Index first = 0; first < outputs; first += tile) {
    for (Index i = 0; i < tile + 2; ++i) {
      const bool read = first + i < outputs + 2;  // beyond: only by outputs that do not exist
      inputs.push_back(read ? position(first + i - before) : kFreeInput);
    }
  }
  return inputs;
}

static_assert(kNoSource == kZeroInput);

std::vector<Index> forward_inputs(Index size, int tile, Padding padding) {
  return tile_inputs(size, tile, 1, [&](Index position) { return source_position(position, size, padding); });
}

// With a padding other than zero the gradient reaches one position beyond the map on each side, and is folded back.
std::vector<Index> backward_inputs(Index size, int tile, Padding padding, Pooling pool) {
  const Index halo = padding == Padding::zero ? 0 : 1, seen = pool == Pooling::none ? size : size / 2 * 2;
  return tile_inputs(size + 2 * halo, tile, 1 + halo,
                     [&](Index position) { return position >= 0 && position < seen ? position : kZeroInput; });
}

// What stands at the positions of TileSink's halo, as positions of the map.
std::vector<Index> halo_positions(Index H, Index W, Padding padding) {
  const auto row = [&](Index h) { return source_position(h, H, padding) * W; };
  const auto column = [&](Index w) { return source_position(w, W, padding); };
  std::vector<Index> positions;
  for (const Index h : {Index{-1}, H}) {
    for (Index w = -1; w <= W; ++w) positions.push_back(row(h) + column(w));
  }
  for (const Index w : {Index{-1}, W}) {
    for (Index h = 0; h < H; ++h) positions.push_back(row(h) + column(w));
  }
  return positions;
}

bool is_streamed(const Shape& map) { return map.count() * kFloat > 2 * l2_cache_bytes(); }

}  // namespace

bool WinogradConv::available(const Context& context) { return winograd_stages(context.target(), 6) != nullptr; }

WinogradConv::WinogradConv(const Context& context, const Shape& x, Index K, Padding padding, Pooling pool)
    : H_(x[0]),
      W_(x[1]),
      C_(x[2]),
      K_(K),
      pool_(pool),
      lanes_(winograd_stages(context.target(), 6)->lanes),
      forward_(context, forward_inputs(H_, choose_tile(H_, W_), padding),
               forward_inputs(W_, choose_tile(H_, W_), padding), choose_tile(H_, W_), C_, K_),
      backward_(context, backward_inputs(H_, choose_tile(H_, W_), padding, pool),
                backward_inputs(W_, choose_tile(H_, W_), padding, pool), choose_tile(H_, W_), K_, C_) {
  IMPASTO_ASSERT(padding != Padding::valid);
  if (padding != Padding::zero) halo_ = halo_positions(H_, W_, padding);
}

Index WinogradConv::mask_bytes() const { return H_ * W_ * mask_bytes_per_pixel(lanes_, K_) + kMaskReach; }

void WinogradConv::forward(const Context& context, const float* x, const float* w, const float* b, float* y,
                           std::uint8_t* mask, float* scratch) const {
  TileSource source;
  source.x = x;
  source.width = W_;
  source.channels = C_;
  TileSink sink;
  sink.streaming_store = is_streamed(output());
  sink.y = y;
  sink.mask = mask;
  sink.height = H_;
  sink.width = W_;
  sink.channels = K_;
  sink.bias = b;
  sink.pool = pool_;
  forward_.run(context, source, {w, C_, K_, false, 1}, sink, scratch);
}

WinogradConv::BackwardArrays WinogradConv::take_backward(Workspace& space) const {
  return {.pass = space.take<float>(backward_.scratch()),
          .halo = space.take<float>(static_cast<Index>(halo_.size()) * C_)};
}

Index WinogradConv::backward_scratch() const {
  return workspace_size<float>([&](Workspace& space) { take_backward(space); });
}

void WinogradConv::backward(const Context& context, const float* dy, const float* w, const std::uint8_t* mask,
                            float* dx, bool add, float* scratch) const {
  TileSource source;
  source.x = dy;
  source.mask = mask;
  source.width = W_;
  source.channels = K_;
  source.unpool = pool_ != Pooling::none;
  TileSink sink;
  sink.streaming_store = is_streamed({H_, W_, C_});
  sink.y = dx;
  sink.height = H_;
  sink.width = W_;
  sink.channels = C_;
  sink.add = add;
  Workspace space(scratch);
  const BackwardArrays arrays = take_backward(space);
  if (!halo_.empty()) sink.halo = arrays.halo;
  backward_.run(context, source, {w, C_, K_, true, pool_ == Pooling::average ? 0.25F : 1.0F}, sink, arrays.pass);
  if (sink.halo != nullptr) fold_halo(context, sink.halo, dx);
}

// Adds what reached position (-1, w), (H, w), (h, -1), (h, W) to the position whose value stood there.
void WinogradConv::fold_halo(const Context& context, const float* halo, float* dx) const {
  constexpr Index kChannels = 16;  // that a thread folds, so that no two write to one position
  parallel_for(context, (C_ + kChannels - 1) / kChannels, [&](Index piece, int) {
    const Index begin = piece * kChannels, end = std::min(begin + kChannels, C_);
    for (std::size_t i = 0; i < halo_.size(); ++i) {
      for (Index c = begin; c < end; ++c) dx[halo_[i] * C_ + c] += halo[static_cast<Index>(i) * C_ + c];
    }
  });
}

}  // namespace impasto::IMPASTO_ABI
