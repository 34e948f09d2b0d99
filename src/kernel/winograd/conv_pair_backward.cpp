// The way back of two fused convolutions: of a's gradient from above and from its moments, through its ReLU, to the
// picture's.
#include <algorithm>
#include <cstdint>

#include "base/parallel.h"
#include "kernel/gemm/gemm.h"
#include "kernel/gemm/gram.h"
#include "kernel/taps.h"
#include "kernel/winograd/conv_pair.h"

namespace impasto::IMPASTO_ABI {
namespace {

// The shares of 9 taps and up to 4 channels in dx, in a width that the product writes whole.
constexpr Index shares(Index C) { return (9 * C + 31) / 32 * 32; }

// A block's part of dx: its positions and one more on each side.
Index part_size(Index C) { return kPatchHeight * kPatchWidth * C; }

// part[r + i, q + j, c] += share[r, q][i, j, c]: first the three rows that meet in a row of the part, then along it.
void add_shares(const float* windows, Index height, Index width, Index C, float* part) {
  float rows[kPairWidth * 3 * kPairMostChannels];
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

ConvPair::BackwardWork ConvPair::take_backward_work(Workspace& space) const {
  return {.picture = space.take<float>(picture_size()),
          .a = space.take<float>(kPairPositions * C1_),
          .da = space.take<float>(kPairPositions * C1_),
          .windows = space.take<float>(kPairPositions * shares(C_)),
          .winograd = backward_.take_work(space)};
}

ConvPair::BackwardArrays ConvPair::take_backward(const Context& context, Workspace& space) const {
  const Index own = workspace_size<float>([&](Workspace& work) { take_backward_work(work); });
  return {.filters = backward_.take_filters(space),
          .D = SymmetricArrays<float>(context, C1_, space),
          .wide = space.take<float>(C1_ * shares(C_)),
          .adjoint = space.take<float>(gemm<float>(context).packed_size(C1_, shares(C_))),
          .patches = space.take_each<float>(wide_blocks_.count(), part_size(C_)),
          .own = space.take_each<float>(context.threads(), own)};
}

Index ConvPair::backward_scratch(const Context& context) const {
  return workspace_size<float>([&](Workspace& space) { take_backward(context, space); });
}

void ConvPair::backward(const Context& context, const float* x, const Weights& weights, const float* dy,
                        Moments<const float> slopes, const std::uint8_t* mask, float* dx, bool add,
                        float* scratch) const {
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
  if (slopes.gram != nullptr) pack_symmetric(context, slopes.gram, C1_, 1.0F, shared.D);
  parallel_for(context, wide_blocks_.count(), [&](Index block, int worker) {
    Workspace own(shared.own[worker]);
    backward_block(context, x, weights, dy, slopes, mask, block, shared, take_backward_work(own));
  });
  gather(context, shared.patches, dx, add);
}

// da += a (dG + dG^T) + ds where the moments are of the block's positions; D: the sum of both dG, packed; null: 0.
void ConvPair::add_moment_gradients(const Context& context, const float* a, const Area& block, const float* D,
                                    const float* ds, float* da) const {
  const Gemm<float>& product = gemm<float>(context);
  const Area seen = common(block, core_);
  if (seen.width == 0) return;
  const bool in_one = seen == block;
  const Index height = in_one ? 1 : seen.height, count = in_one ? block.count() : seen.width;
  for (Index r = 0; r < height; ++r) {
    const Index at = ((seen.top + r - block.top) * block.width + seen.left - block.left) * C1_;
    if (D != nullptr) product.multiply(count, C1_, C1_, {a + at, C1_, 1}, D, da + at, C1_, true);
    for (Index p = 0; ds != nullptr && p < count; ++p) {
      for (Index c = 0; c < C1_; ++c) da[at + p * C1_ + c] += ds[c];
    }
  }
}

// What reached a position beyond the map goes to the one whose value stood there, and is 0 after that.
void ConvPair::fold_border(const Area& block, float* da) const {
  const Index row = block.width * C1_;
  const auto fold = [&](float* from, float* to, Index count) {
    for (Index i = 0; i < count; ++i) to[i] += from[i];
    std::fill_n(from, count, 0.0F);
  };
  for (const Index h : {Index{-1}, H_}) {
    if (h < block.top || h >= block.bottom()) continue;
    fold(da + (h - block.top) * row, da + (source_position(h, H_, padding_) - block.top) * row, row);
  }
  for (const Index w : {Index{-1}, W_}) {
    if (w < block.left || w >= block.right()) continue;
    float *from = da + (w - block.left) * C1_, *to = da + (source_position(w, W_, padding_) - block.left) * C1_;
    for (Index r = 0; r < block.height; ++r) fold(from + r * row, to + r * row, C1_);
  }
}

void ConvPair::backward_block(const Context& context, const float* x, const Weights& weights, const float* dy,
                              Moments<const float> slopes, const std::uint8_t* mask, Index block,
                              const BackwardArrays& shared, const BackwardWork& work) const {
  const Gemm<float>& product = gemm<float>(context);
  const Area at = wide_blocks_.area(block), inside = common(at, {0, 0, H_, W_});
  const Index count = at.count(), windows_width = shares(C_);
  float *a = work.a, *da = work.da;

  if (dy != nullptr) {
    const TileSource source{dy, mask, W_, K_, pool_ != Pooling::none, dy_rows_.data(), dy_columns_.data()};
    TileSink sink;
    sink.y = da;
    sink.height = at.height;
    sink.width = at.width;
    sink.channels = C1_;
    TileAt from[kPairTiles], to[kPairTiles];
    list_tiles(at.height, at.width, wide_blocks_.first_tile(block), from);
    const Index tiles = list_tiles(at.height, at.width, {0, 0}, to);
    backward_.run(source, from, sink, to, tiles, shared.filters, work.winograd);
    if (padding_ != Padding::zero) fold_border(at, da);
  } else {
    std::fill_n(da, count * C1_, 0.0F);
  }
  if (inside != at) std::fill_n(a, count * C1_, 0.0F);
  features(x, weights, inside, a + ((inside.top - at.top) * at.width + inside.left - at.left) * C1_, at.width * C1_,
           work.picture);
  add_moment_gradients(context, a, at, slopes.gram == nullptr ? nullptr : shared.D.packed, slopes.sums, da);
  for (Index i = 0; i < count * C1_; ++i) da[i] = a[i] > 0 ? da[i] : 0;

  // dx of the first convolution: every tap's share at every position, then each added where its tap reads.
  product.multiply(count, windows_width, C1_, {da, C1_, 1}, shared.adjoint, work.windows, windows_width, false);
  add_shares(work.windows, at.height, at.width, C_, shared.patches[block]);
}

// dx of a position is the sum of up to four blocks' parts, and of those of positions beyond the edge that read it;
// always in the same order.
void ConvPair::gather(const Context& context, const EqualArrays<float>& patches, float* dx, bool add) const {
  parallel_for(context, H_, [&](Index h, int) {
    float* row = dx + h * W_ * C_;
    if (!add) std::fill_n(row, W_ * C_, 0.0F);
    gather_row(patches, h, row);
    for (const Index beyond : {Index{-1}, H_}) {
      if (source_position(beyond, H_, padding_) == h) gather_row(patches, beyond, row);
    }
  });
}

// row (of the picture) += what all parts have at row `from`, which may lie one beyond the picture.
void ConvPair::gather_row(const EqualArrays<float>& patches, Index from, float* row) const {
  const Index middle = wide_blocks_.row_of(std::max(from, Index{0}));
  for (Index r = std::max(middle - 1, Index{0}); r <= std::min(middle + 1, wide_blocks_.rows() - 1); ++r) {
    const Index inside = from - wide_blocks_.top(r) + 1;  // row of the block's part
    if (inside < 0 || inside >= wide_blocks_.area(r * wide_blocks_.columns()).height + 2) continue;
    for (Index c = 0; c < wide_blocks_.columns(); ++c) {
      const Index block = r * wide_blocks_.columns() + c, left = wide_blocks_.left(c) - 1;
      const Index right = left + wide_blocks_.area(block).width + 2;
      const float* part = patches[block] + inside * kPatchWidth * C_;
      const Index first = std::max(left, Index{0}), last = std::min(right, W_);
      for (Index i = first * C_; i < last * C_; ++i) row[i] += part[i - left * C_];
      for (const Index beyond : {Index{-1}, W_}) {
        const Index source = source_position(beyond, W_, padding_);
        if (source == kNoSource || beyond < left || beyond >= right) continue;
        for (Index c1 = 0; c1 < C_; ++c1) row[source * C_ + c1] += part[(beyond - left) * C_ + c1];
      }
    }
  }
}

}  // namespace impasto::IMPASTO_ABI
