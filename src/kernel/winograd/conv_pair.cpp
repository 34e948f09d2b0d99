#include "kernel/winograd/conv_pair.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "base/ranges.h"
#include "kernel/gemm/gemm.h"
#include "kernel/gemm/gram.h"

namespace impasto::IMPASTO_ABI {
namespace {

// F(6x6): the map is the picture's size, and large tiles waste least there.
constexpr Index kTile = 6, kSide = kTile + 2;
// 2 x 6 tiles are one or two passes of the product; a patch of 14 x 38 positions is computed for 12 x 36.
constexpr Index kTileRows = 2, kTileColumns = 6;
constexpr Index kHeight = kTileRows * kTile, kWidth = kTileColumns * kTile, kPositions = kHeight * kWidth;
constexpr Index kPatchWidth = kWidth + 2, kPatchPositions = (kHeight + 2) * kPatchWidth;
constexpr Index kMostChannels = 4;
// The shares of 9 taps and up to 4 channels in dx, in a width that the product writes whole.
constexpr Index shares(Index C) { return (9 * C + 31) / 32 * 32; }

// Input i of tile t reads position t * kTile + i + first, or a zero outside [0, size).
std::vector<Index> tile_positions(Index tiles, Index first, Index size) {
  std::vector<Index> positions;
  for (Index t = 0; t < tiles; ++t) {
    for (Index i = 0; i < kSide; ++i) {
      const Index position = t * kTile + i + first;
      positions.push_back(position >= 0 && position < size ? position : kZeroInput);
    }
  }
  return positions;
}

}  // namespace

ConvPair::ConvPair(const Context& context, const Shape& x, Index C1, Index K, Pooling pool, const Area& core)
    : stages_(winograd_stages(context.target(), static_cast<int>(kTile))),
      H_(x[0]),
      W_(x[1]),
      C_(x[2]),
      C1_(C1),
      K_(K),
      pool_(pool),
      core_(core),
      block_rows_((H_ + kHeight - 1) / kHeight),
      block_columns_((W_ + kWidth - 1) / kWidth),
      convolve_row_(narrow_conv_row(context.target())),
      slices_(gram_slices(block_rows_ * block_columns_, C1)),
      forward_(*stages_, C1, K, kTileRows * kTileColumns),
      backward_(*stages_, K, C1, kTileRows * kTileColumns) {
  IMPASTO_ASSERT(C_ <= kMostChannels);
  const Index seen_rows = pool == Pooling::none ? H_ : H_ / 2 * 2,
              seen_columns = pool == Pooling::none ? W_ : W_ / 2 * 2;
  inside_ = tile_positions(kTileColumns, 0, kPatchWidth);
  dy_rows_ = tile_positions(block_rows_ * kTileRows, -1, seen_rows);
  dy_columns_ = tile_positions(block_columns_ * kTileColumns, -1, seen_columns);
}

Index ConvPair::mask_bytes() const { return H_ * W_ * mask_bytes_per_pixel(stages_->lanes, K_) + kMaskReach; }

Area ConvPair::area(Index block) const {
  const Index top = block / block_columns_ * kHeight, left = block % block_columns_ * kWidth;
  return {top, left, std::min(kHeight, H_ - top), std::min(kWidth, W_ - left)};
}

namespace {

// The tiles that cover an area, counted from its own corner, or from the map's.
Index list_tiles(Index height, Index width, Index row, Index column, TileAt* tiles) {
  Index count = 0;
  for (Index r = 0; r * kTile < height; ++r) {
    for (Index c = 0; c * kTile < width; ++c)
      tiles[count++] = {static_cast<std::int32_t>(row + r), static_cast<std::int32_t>(column + c)};
  }
  return count;
}

Index picture_size(Index C) { return (kHeight + 4) * (kPatchWidth + 2) * C; }

}  // namespace

// a over an area that lies inside the map; the picture around it, zero outside, is brought together first.
void ConvPair::features(const float* x, const Weights& weights, const Area& at, float* a, Index row_stride,
                        float* picture) const {
  const Index row = (at.width + 2) * C_;
  for (Index i = 0; i < at.height + 2; ++i) {
    float* to = picture + i * row;
    const Index h = at.top + i - 1;
    if (h < 0 || h >= H_) {
      std::fill_n(to, row, 0.0F);
      continue;
    }
    const Index first = std::max(at.left - 1, Index{0}), last = std::min(at.left + at.width + 1, W_);
    std::fill_n(to, C_, 0.0F);
    std::fill_n(to + row - C_, C_, 0.0F);
    std::copy_n(x + (h * W_ + first) * C_, (last - first) * C_, to + (first - at.left + 1) * C_);
  }
  for (Index r = 0; r < at.height; ++r)
    convolve_row_(picture + r * row, row, at.width, C_, weights.w1, weights.b1, C1_, a + r * row_stride);
}

// The patch of a that a block's tiles read: zero outside the map.
void ConvPair::read_patch(const float* x, const Weights& weights, const Area& block, float* a, float* picture) const {
  const Index top = std::max(block.top - 1, Index{0}), left = std::max(block.left - 1, Index{0});
  const Index bottom = std::min(block.top + kHeight + 1, H_), right = std::min(block.left + kWidth + 1, W_);
  if (bottom - top < kHeight + 2 || right - left < kPatchWidth) std::fill_n(a, kPatchPositions * C1_, 0.0F);
  float* to = a + ((top - block.top + 1) * kPatchWidth + left - block.left + 1) * C1_;
  features(x, weights, {top, left, bottom - top, right - left}, to, kPatchWidth * C1_, picture);
}

// Of the positions `seen` of a block, whose patch `a` is.
void ConvPair::add_block_gram(const Context& context, const float* a, const Area& block, const Area& seen,
                              float* packed, float* partial, bool add) const {
  const Gemm<float>& product = gemm<float>(context);
  const Index count = seen.count(), left = seen.left - block.left + 1;
  for (Index r = 0; r < seen.height; ++r) {
    const float* row = a + ((seen.top - block.top + r + 1) * kPatchWidth + left) * C1_;
    product.pack({row, C1_, 1}, r * seen.width, seen.width, count, C1_, packed);
  }
  IMPASTO_ASSERT(product.panel > 0);  // the patch itself has gaps between its rows
  accumulate_gram(product, a, C1_, count, packed, partial, add);
}

// What a thread has of its own, and what all share.
struct ConvPair::ForwardWork {
  float *picture, *a, *packed;
  WinogradBlock::Work winograd;
};
struct ConvPair::ForwardArrays {
  WinogradBlock::Filters filters;
  EqualArrays<float> partials;  // of G, by slice
  EqualArrays<float> own;       // by thread: ForwardWork
};

ConvPair::ForwardWork ConvPair::take_forward_work(const Context& context, Workspace& space) const {
  return {.picture = space.take<float>(picture_size(C_)),
          .a = space.take<float>(kPatchPositions * C1_),
          .packed = space.take<float>(gemm<float>(context).packed_size(kPositions, C1_)),
          .winograd = forward_.take_work(space)};
}

ConvPair::ForwardArrays ConvPair::take_forward(const Context& context, Workspace& space) const {
  const Index own = workspace_size<float>([&](Workspace& work) { take_forward_work(context, work); });
  return {.filters = forward_.take_filters(space),
          .partials = space.take_each<float>(slices_, C1_ * C1_),
          .own = space.take_each<float>(context.threads(), own)};
}

Index ConvPair::forward_scratch(const Context& context) const {
  return workspace_size<float>([&](Workspace& space) { take_forward(context, space); });
}

void ConvPair::forward(const Context& context, const float* x, const Weights& weights, float* y, float* G,
                       std::uint8_t* mask, float* scratch) const {
  Workspace space(scratch);
  const ForwardArrays shared = take_forward(context, space);
  const Index blocks = block_rows_ * block_columns_;
  forward_.make_filters(context, {weights.w2, C1_, K_, false, 1}, shared.filters);
  TileSink sink;
  sink.y = y;
  sink.mask = mask;
  sink.height = H_;
  sink.width = W_;
  sink.channels = K_;
  sink.bias = weights.b2;
  sink.pool = pool_;
  sink.streaming_store = true;

  parallel_for(context, slices_, [&](Index slice, int worker) {
    Workspace own(shared.own[worker]);
    const ForwardWork work = take_forward_work(context, own);
    const TileSource source{work.a, nullptr, kPatchWidth, C1_, false, inside_.data(), inside_.data()};
    const Index begin = piece_begin(blocks, slice, slices_), end = piece_begin(blocks, slice + 1, slices_);
    bool begun = false;
    for (Index block = begin; block < end; ++block) {
      const Area at = area(block), seen = G == nullptr ? Area{} : common(at, core_);
      TileAt from[kTileRows * kTileColumns], to[kTileRows * kTileColumns];
      list_tiles(at.height, at.width, 0, 0, from);
      const Index count = list_tiles(at.height, at.width, at.top / kTile, at.left / kTile, to);
      read_patch(x, weights, at, work.a, work.picture);
      if (seen.count() > 0) {
        add_block_gram(context, work.a, at, seen, work.packed, shared.partials[slice], begun);
        begun = true;
      }
      forward_.run(source, from, sink, to, count, shared.filters, work.winograd);
    }
    if (G != nullptr && !begun) std::fill_n(shared.partials[slice], C1_ * C1_, 0.0F);
  });
  if (G != nullptr) sum_grams(context, shared.partials, slices_, C1_, G);
}

// What all blocks read going back, what it is made of, where each leaves its part of dx, and what a thread has of its
// own.
struct ConvPair::BackwardArrays {
  WinogradBlock::Filters filters;
  SymmetricArrays<float> D;
  float *wide, *adjoint;
  EqualArrays<float> patches;  // by block
  EqualArrays<float> own;      // by thread: BackwardWork
};
struct ConvPair::BackwardWork {
  float *picture, *a, *da, *windows;
  WinogradBlock::Work winograd;
};

namespace {

// A block's part of dx: its positions and one more on each side.
Index part_size(Index C) { return (kHeight + 2) * kPatchWidth * C; }

// part[r + i, q + j, c] += share[r, q][i, j, c]: first the three rows that meet in a row of the part, then along it.
void add_shares(const float* windows, Index height, Index width, Index C, float* part) {
  float rows[kWidth * 3 * kMostChannels];
  for (Index to = 0; to < height + 2; ++to) {
    std::fill_n(rows, width * 3 * C, 0.0F);
    for (Index i = std::max(to - height + 1, Index{0}); i <= std::min(to, Index{2}); ++i) {
      const float* share = windows + (to - i) * width * shares(C) + i * 3 * C;
      for (Index q = 0; q < width; ++q) {
        for (Index k = 0; k < 3 * C; ++k) rows[q * 3 * C + k] += share[q * shares(C) + k];
      }
    }
    float* row = part + to * kPatchWidth * C;
    std::fill_n(row, kPatchWidth * C, 0.0F);
    for (Index j = 0; j < 3; ++j) {
      for (Index q = 0; q < width; ++q) {
        for (Index c = 0; c < C; ++c) row[(q + j) * C + c] += rows[(q * 3 + j) * C + c];
      }
    }
  }
}

}  // namespace

ConvPair::BackwardWork ConvPair::take_backward_work(Workspace& space) const {
  return {.picture = space.take<float>(picture_size(C_)),
          .a = space.take<float>(kPositions * C1_),
          .da = space.take<float>(kPositions * C1_),
          .windows = space.take<float>(kPositions * shares(C_)),
          .winograd = backward_.take_work(space)};
}

ConvPair::BackwardArrays ConvPair::take_backward(const Context& context, Workspace& space) const {
  const Index own = workspace_size<float>([&](Workspace& work) { take_backward_work(work); });
  return {.filters = backward_.take_filters(space),
          .D = SymmetricArrays<float>(context, C1_, space),
          .wide = space.take<float>(C1_ * shares(C_)),
          .adjoint = space.take<float>(gemm<float>(context).packed_size(C1_, shares(C_))),
          .patches = space.take_each<float>(block_rows_ * block_columns_, part_size(C_)),
          .own = space.take_each<float>(context.threads(), own)};
}

Index ConvPair::backward_scratch(const Context& context) const {
  return workspace_size<float>([&](Workspace& space) { take_backward(context, space); });
}

void ConvPair::backward(const Context& context, const float* x, const Weights& weights, const float* dy,
                        const float* dG, const std::uint8_t* mask, float* dx, bool add, float* scratch) const {
  const Gemm<float>& product = gemm<float>(context);
  Workspace space(scratch);
  const BackwardArrays shared = take_backward(context, space);
  float* wide = shared.wide;
  backward_.make_filters(context, {weights.w2, C1_, K_, true, pool_ == Pooling::average ? 0.25F : 1.0F},
                         shared.filters);
  std::fill_n(wide, C1_ * shares(C_), 0.0F);
  for (Index tap = 0; tap < 9 * C_; ++tap) {
    for (Index k = 0; k < C1_; ++k) wide[k * shares(C_) + tap] = weights.w1[tap * C1_ + k];
  }
  product.pack({wide, shares(C_), 1}, 0, C1_, C1_, shares(C_), shared.adjoint);
  if (dG != nullptr) pack_symmetric(context, dG, C1_, 1.0F, shared.D);
  parallel_for(context, block_rows_ * block_columns_, [&](Index block, int worker) {
    Workspace own(shared.own[worker]);
    backward_block(context, x, weights, dy, dG, mask, block, shared, take_backward_work(own));
  });
  gather(context, shared.patches, dx, add);
}

// da += a (dG + dG^T) where G is of the block's positions; D: that sum, packed.
void ConvPair::add_gram_gradient(const Context& context, const float* a, const Area& block, const float* D,
                                 float* da) const {
  const Gemm<float>& product = gemm<float>(context);
  const Area seen = common(block, core_);
  if (seen == block) return product.multiply(block.count(), C1_, C1_, {a, C1_, 1}, D, da, C1_, true);
  for (Index r = seen.top; r < seen.bottom(); ++r) {
    const Index at = ((r - block.top) * block.width + seen.left - block.left) * C1_;
    if (seen.width > 0) product.multiply(seen.width, C1_, C1_, {a + at, C1_, 1}, D, da + at, C1_, true);
  }
}

void ConvPair::backward_block(const Context& context, const float* x, const Weights& weights, const float* dy,
                              const float* dG, const std::uint8_t* mask, Index block, const BackwardArrays& shared,
                              const BackwardWork& work) const {
  const Gemm<float>& product = gemm<float>(context);
  const Area at = area(block);
  const Index count = at.height * at.width, windows_width = shares(C_);
  float *a = work.a, *da = work.da;

  if (dy != nullptr) {
    const TileSource source{dy, mask, W_, K_, pool_ != Pooling::none, dy_rows_.data(), dy_columns_.data()};
    TileSink sink;
    sink.y = da;
    sink.height = at.height;
    sink.width = at.width;
    sink.channels = C1_;
    TileAt from[kTileRows * kTileColumns], to[kTileRows * kTileColumns];
    list_tiles(at.height, at.width, at.top / kTile, at.left / kTile, from);
    const Index tiles = list_tiles(at.height, at.width, 0, 0, to);
    backward_.run(source, from, sink, to, tiles, shared.filters, work.winograd);
  } else {
    std::fill_n(da, count * C1_, 0.0F);
  }
  features(x, weights, at, a, at.width * C1_, work.picture);
  if (dG != nullptr) add_gram_gradient(context, a, at, shared.D.packed, da);
  for (Index i = 0; i < count * C1_; ++i) da[i] = a[i] > 0 ? da[i] : 0;

  // dx of the first convolution: every tap's share at every position, then each added where its tap reads.
  product.multiply(count, windows_width, C1_, {da, C1_, 1}, shared.adjoint, work.windows, windows_width, false);
  add_shares(work.windows, at.height, at.width, C_, shared.patches[block]);
}

// dx of a position is the sum of up to four blocks' parts, always in the same order.
void ConvPair::gather(const Context& context, const EqualArrays<float>& patches, float* dx, bool add) const {
  parallel_for(context, H_, [&](Index h, int) {
    float* row = dx + h * W_ * C_;
    if (!add) std::fill_n(row, W_ * C_, 0.0F);
    const Index middle = h / kHeight;
    for (Index r = std::max(middle - 1, Index{0}); r <= std::min(middle + 1, block_rows_ - 1); ++r) {
      const Index inside = h - r * kHeight + 1;  // row of the block's part
      if (inside < 0 || inside >= kHeight + 2) continue;
      for (Index c = 0; c < block_columns_; ++c) {
        const float* from = patches[r * block_columns_ + c] + inside * kPatchWidth * C_;
        const Index left = c * kWidth - 1, first = std::max(left, Index{0}), last = std::min(left + kPatchWidth, W_);
        for (Index i = first * C_; i < last * C_; ++i) row[i] += from[i - left * C_];
      }
    }
  });
}

}  // namespace impasto::IMPASTO_ABI
