// 3 x 3 convolution by Winograd's minimal filtering, with bias, ReLU and pooling on the way out and their backward mask
// kept as mask; and its data gradient, which reads nothing but those mask. docs/PERFORMANCE.md tells how a layer runs.
#pragma once

#include <cstdint>
#include <vector>

#include "impasto/context.h"
#include "impasto/window.h"
#include "kernel/taps.h"
#include "kernel/winograd/winograd_stages.h"
#include "kernel/workspace.h"

namespace impasto::IMPASTO_ABI {

/// One direction of a convolution: how a map is cut into tiles, and in which order tiles, channels and threads go.
class WinogradPass {
 public:
  /// `rows` and `columns`: what tiles read (TileSource). `depth`: channels in, `width`: channels out.
  WinogradPass(const Context& context, std::vector<Index> rows, std::vector<Index> columns, int tile, Index depth,
               Index width);

  /// Floats.
  Index scratch() const;
  /// Fills source.rows and source.columns in.
  void run(const Context& context, TileSource source, const FilterSource& filters, const TileSink& sink,
           float* scratch) const;

 private:
  struct WideArrays;
  struct DeepArrays;
  struct DeepWork;

  Index balanced(Index most) const;
  void run_wide(const Context&, const TileSource&, const FilterSource&, const TileSink&, float* scratch) const;
  void multiply_slab(const FilterSource& filters, Columns columns, const TileRange* ranges, Index T, const float* V,
                     const DeepWork& work) const;
  void sort_tiles();
  void run_deep(const Context&, const TileSource&, const FilterSource&, const TileSink&, float* scratch) const;

  const WinogradStages* stages_;
  std::vector<Index> rows_, columns_;
  std::vector<TileAt> tiles_;
  Index depth_, width_;  // channels in and out, filled up to whole vectors and slabs
  bool deep_;
  Index slab_;      // output channels a piece of work makes
  Index block_;     // tiles a piece of work takes
  Index blocks_;    // of them V is held for at a time
  Index channels_;  // of the reduction, that U is held for at a time
  Index threads_;
};

/// x: H x W x C, w: 3 x 3 x C x K, y: H x W x K or its pooled map; stride 1, 'same' borders.
/// Immutable, shared by every replay.
class WinogradConv {
 public:
  /// True if this context's target has kernels for it.
  static bool available(const Context& context);

  /// `padding` is not Padding::valid.
  WinogradConv(const Context& context, const Shape& x, Index K, Padding padding, Pooling pool);

  Shape output() const { return {pool_ == Pooling::none ? H_ : H_ / 2, pool_ == Pooling::none ? W_ : W_ / 2, K_}; }
  /// Bytes of the backward mask that forward writes and backward reads.
  Index mask_bytes() const;

  /// Floats.
  Index forward_scratch() const { return forward_.scratch(); }
  /// y = pool(relu(w * x + b)). `mask` may be null when nobody goes back.
  void forward(const Context& context, const float* x, const float* w, const float* b, float* y, std::uint8_t* mask,
               float* scratch) const;

  Index backward_scratch() const;
  /// dx = or += the adjoint of `forward` applied to dy, through the mask it left.
  void backward(const Context& context, const float* dy, const float* w, const std::uint8_t* mask, float* dx, bool add,
                float* scratch) const;

 private:
  struct BackwardArrays {
    float *pass, *halo;
  };
  BackwardArrays take_backward(Workspace& space) const;
  void fold_halo(const Context& context, const float* halo, float* dx) const;

  Index H_, W_, C_, K_;
  Pooling pool_;
  Index lanes_;
  std::vector<Index> halo_;  // TileSink::halo: where it is folded to
  WinogradPass forward_, backward_;
};

}  // namespace impasto::IMPASTO_ABI
