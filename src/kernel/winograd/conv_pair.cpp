#include "kernel/winograd/conv_pair.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "base/ranges.h"
#include "kernel/gemm/channel_sums.h"
#include "kernel/gemm/gemm.h"
#include "kernel/gemm/gram.h"
#include "kernel/taps.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Where blocks of a side that gradients reach from -1 to `size` begin: so that its last position, whose share goes one
// or two positions back, has these in its block. What lies before -1 is 0; odd, for pooled pairs begin at even inputs.
Index wide_begin(Index size, Index block) {
  const Index rest = (size + 2) % block;
  return rest == 0 || rest > 2 ? -1 : -3;
}

Area wide_area(Index H, Index W, Padding padding) {
  if (padding == Padding::zero) return {0, 0, H, W};
  const Index top = wide_begin(H, kPairHeight), left = wide_begin(W, kPairWidth);
  return {top, left, H + 1 - top, W + 1 - left};
}

}  // namespace

ConvPair::ConvPair(const Context& context, const Shape& x, Index C1, Index K, Padding padding, Pooling pool,
                   const Area& core)
    : stages_(winograd_stages(context.target(), static_cast<int>(kPairTile))),
      H_(x[0]),
      W_(x[1]),
      C_(x[2]),
      C1_(C1),
      K_(K),
      padding_(padding),
      pool_(pool),
      core_(core),
      blocks_(whole_area(x)),
      wide_blocks_(wide_area(H_, W_, padding)),
      convolve_row_(narrow_conv_row(context.target())),
      slices_(gram_slices(blocks_.count(), C1)),
      forward_(*stages_, C1, K, kPairTiles),
      backward_(*stages_, K, C1, kPairTiles) {
  IMPASTO_ASSERT(C_ <= kPairMostChannels && padding != Padding::valid && H_ >= 2 && W_ >= 2);
  const bool pools = pool != Pooling::none;
  const Index seen_rows = pools ? H_ / 2 * 2 : H_, seen_columns = pools ? W_ / 2 * 2 : W_;
  inside_ = tile_positions(kPairTileColumns, 0, kPatchWidth);
  const PairBlocks& wide = wide_blocks_;
  dy_rows_ = tile_positions(wide.rows() * kPairTileRows, wide.all().top - 1, seen_rows);
  dy_columns_ = tile_positions(wide.columns() * kPairTileColumns, wide.all().left - 1, seen_columns);
}

Index ConvPair::mask_bytes() const { return H_ * W_ * mask_bytes_per_pixel(stages_->lanes, K_) + kMaskReach; }

// a over an area that lies inside the map; the picture around it, with what stands beyond its edges, is brought
// together first.
void ConvPair::features(const float* x, const Weights& weights, const Area& at, float* a, Index row_stride,
                        float* picture) const {
  const Index row = (at.width + 2) * C_;
  for (Index i = 0; i < at.height + 2; ++i) {
    float* to = picture + i * row;
    const Index h = source_position(at.top + i - 1, H_, padding_);
    if (h == kNoSource) {
      std::fill_n(to, row, 0.0F);
      continue;
    }
    const float* from = x + h * W_ * C_;
    const auto put = [&](Index w, float* there) {
      const Index source = source_position(w, W_, padding_);
      for (Index c = 0; c < C_; ++c) there[c] = source == kNoSource ? 0 : from[source * C_ + c];
    };
    put(at.left - 1, to);
    std::copy_n(from + at.left * C_, at.width * C_, to + C_);
    put(at.right(), to + row - C_);
  }
  for (Index r = 0; r < at.height; ++r)
    convolve_row_(picture + r * row, row, at.width, C_, weights.w1, weights.b1, C1_, a + r * row_stride);
}

// The patch of a that a block's tiles read.
void ConvPair::read_patch(const float* x, const Weights& weights, const Area& block, float* a, float* picture) const {
  const Area patch{block.top - 1, block.left - 1, kPatchHeight, kPatchWidth};
  const Area inside = common(patch, {0, 0, H_, W_});
  if (inside != patch) std::fill_n(a, kPatchHeight * kPatchWidth * C1_, 0.0F);
  float* to = a + ((inside.top - patch.top) * kPatchWidth + inside.left - patch.left) * C1_;
  features(x, weights, inside, to, kPatchWidth * C1_, picture);
  if (inside != patch && padding_ != Padding::zero) fill_border(block, a);
}

// What stands one position beyond the map: a copy of what stands inside it, which is in the same patch.
void ConvPair::fill_border(const Area& block, float* a) const {
  const Index top = block.top - 1, left = block.left - 1, row = kPatchWidth * C1_;
  for (const Index h : {Index{-1}, H_}) {
    if (h < top || h >= top + kPatchHeight) continue;
    std::copy_n(a + (source_position(h, H_, padding_) - top) * row, row, a + (h - top) * row);
  }
  for (const Index w : {Index{-1}, W_}) {
    if (w < left || w >= left + kPatchWidth) continue;
    const Index from = (source_position(w, W_, padding_) - left) * C1_, to = (w - left) * C1_;
    for (Index r = 0; r < kPatchHeight; ++r) std::copy_n(a + r * row + from, C1_, a + r * row + to);
  }
}

// Of the positions `seen` of a block, whose patch `a` is.
void ConvPair::add_block_moments(const Context& context, const float* a, const Area& block, const Area& seen,
                                 float* packed, float* partial, double* sums, bool add) const {
  const Gemm<float>& product = gemm<float>(context);
  const Index count = seen.count(), left = seen.left - block.left + 1;
  for (Index r = 0; r < seen.height; ++r) {
    const float* row = a + ((seen.top - block.top + r + 1) * kPatchWidth + left) * C1_;
    product.pack({row, C1_, 1}, r * seen.width, seen.width, count, C1_, packed);
    if (sums != nullptr) add_channel_sums<float>(row, seen.width, C1_, nullptr, sums);
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
  EqualArrays<double> sums;     // of s, by slice
  EqualArrays<float> own;       // by thread: ForwardWork
};

ConvPair::ForwardWork ConvPair::take_forward_work(const Context& context, Workspace& space) const {
  return {.picture = space.take<float>(picture_size()),
          .a = space.take<float>(kPatchHeight * kPatchWidth * C1_),
          .packed = space.take<float>(gemm<float>(context).packed_size(kPairPositions, C1_)),
          .winograd = forward_.take_work(space)};
}

ConvPair::ForwardArrays ConvPair::take_forward(const Context& context, Workspace& space) const {
  const Index own = workspace_size<float>([&](Workspace& work) { take_forward_work(context, work); });
  return {.filters = forward_.take_filters(space),
          .partials = space.take_each<float>(slices_, C1_ * C1_),
          .sums = space.take_each<double>(slices_, C1_),
          .own = space.take_each<float>(context.threads(), own)};
}

Index ConvPair::forward_scratch(const Context& context) const {
  return workspace_size<float>([&](Workspace& space) { take_forward(context, space); });
}

void ConvPair::forward(const Context& context, const float* x, const Weights& weights, float* y, Moments<float> of_a,
                       std::uint8_t* mask, float* scratch) const {
  Workspace space(scratch);
  const ForwardArrays shared = take_forward(context, space);
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
    const Index begin = piece_begin(blocks_.count(), slice, slices_),
                end = piece_begin(blocks_.count(), slice + 1, slices_);
    double* sums = of_a.sums == nullptr ? nullptr : shared.sums[slice];
    if (sums != nullptr) std::fill_n(sums, C1_, 0.0);
    bool begun = false;
    for (Index block = begin; block < end; ++block) {
      const Area at = blocks_.area(block), seen = of_a.gram == nullptr ? Area{} : common(at, core_);
      TileAt from[kPairTiles], to[kPairTiles];
      list_tiles(at.height, at.width, {0, 0}, from);
      const Index count = list_tiles(at.height, at.width, blocks_.first_tile(block), to);
      read_patch(x, weights, at, work.a, work.picture);
      if (seen.count() > 0) {
        add_block_moments(context, work.a, at, seen, work.packed, shared.partials[slice], sums, begun);
        begun = true;
      }
      forward_.run(source, from, sink, to, count, shared.filters, work.winograd);
    }
    if (of_a.gram != nullptr && !begun) std::fill_n(shared.partials[slice], C1_ * C1_, 0.0F);
  });
  if (of_a.gram != nullptr) sum_grams(context, shared.partials, slices_, C1_, of_a.gram);
  if (of_a.sums != nullptr) add_slices(shared.sums, slices_, C1_, of_a.sums);
}

}  // namespace impasto::IMPASTO_ABI
