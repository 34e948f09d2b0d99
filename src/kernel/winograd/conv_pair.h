// Two convolutions with ReLU, fused: the widest maps of a network, between the first and the second, never stand in
// memory.
//
//   a = relu(w1 * x + b1)     y = pool(relu(w2 * a + b2))     G = Gram matrix of a     s = sums of its channels
//
// A block of Winograd tiles of the second convolution computes the patch of `a` it reads, and uses it while it is in
// L2. Going back, each block computes its part of `a` once more, for the gradients of G and s and for the sign of a.
//
// Where borders are not zero, both convolutions read beyond the map what stands inside it (taps.h). Going back, blocks
// cover one position more on each side, and what reaches such a position is added to the one whose value stood there.
#pragma once

#include <cstdint>
#include <vector>

#include "impasto/context.h"
#include "impasto/window.h"
#include "kernel/winograd/conv_pair_blocks.h"
#include "kernel/winograd/narrow_conv.h"
#include "kernel/winograd/winograd_block.h"
#include "kernel/workspace.h"
#include "tensor/area.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// x: H x W x C with C at most 4 (a picture), w1: 3 x 3 x C x C1, w2: 3 x 3 x C1 x K; stride 1. Immutable, shared by
/// every replay. Scratch is counted in floats.
class ConvPair {
 public:
  struct Weights {
    const float *w1, *b1, *w2, *b2;
  };
  /// Of `a` over the core: G (C1 x C1) and s (C1), or their gradients; null when nobody wants them or the loss does
  /// not depend on them. Without G there is no s.
  template <class T>
  struct Moments {
    T *gram = nullptr, *sums = nullptr;
  };

  /// Any padding but `valid`; at least 2 x 2 positions. `core`: the positions that G and s are of.
  ConvPair(const Context& context, const Shape& x, Index C1, Index K, Padding padding, Pooling pool, const Area& core);

  Shape output() const { return {pool_ == Pooling::none ? H_ : H_ / 2, pool_ == Pooling::none ? W_ : W_ / 2, K_}; }
  /// Bytes of the second convolution's backward mask, which forward writes and backward reads.
  Index mask_bytes() const;

  Index forward_scratch(const Context& context) const;
  /// `mask` may be null when nobody goes back.
  void forward(const Context& context, const float* x, const Weights& weights, float* y, Moments<float> of_a,
               std::uint8_t* mask, float* scratch) const;

  Index backward_scratch(const Context& context) const;
  /// dx = or += the gradient of all outputs; `dy` may be null when the loss does not depend on it.
  void backward(const Context& context, const float* x, const Weights& weights, const float* dy,
                Moments<const float> slopes, const std::uint8_t* mask, float* dx, bool add, float* scratch) const;

 private:
  struct ForwardArrays;
  struct ForwardWork;
  struct BackwardArrays;
  struct BackwardWork;

  ForwardArrays take_forward(const Context& context, Workspace& space) const;
  ForwardWork take_forward_work(const Context& context, Workspace& space) const;
  BackwardArrays take_backward(const Context& context, Workspace& space) const;
  BackwardWork take_backward_work(Workspace& space) const;
  Index picture_size() const { return (kPairHeight + 4) * (kPatchWidth + 2) * C_; }
  void features(const float* x, const Weights& weights, const Area& at, float* a, Index row_stride,
                float* picture) const;
  void read_patch(const float* x, const Weights& weights, const Area& block, float* a, float* picture) const;
  void fill_border(const Area& block, float* a) const;
  void add_block_moments(const Context& context, const float* a, const Area& block, const Area& seen, float* packed,
                         float* partial, double* sums, bool add) const;
  void add_moment_gradients(const Context& context, const float* a, const Area& block, const float* D, const float* ds,
                            float* da) const;
  void fold_border(const Area& block, float* da) const;
  void backward_block(const Context& context, const float* x, const Weights& weights, const float* dy,
                      Moments<const float> slopes, const std::uint8_t* mask, Index block, const BackwardArrays& shared,
                      const BackwardWork& work) const;
  void gather(const Context& context, const EqualArrays<float>& patches, float* dx, bool add) const;
  void gather_row(const EqualArrays<float>& patches, Index from, float* row) const;

  const WinogradStages* stages_;
  Index H_, W_, C_, C1_, K_;
  Padding padding_;
  Pooling pool_;
  Area core_;
  PairBlocks blocks_, wide_blocks_;  // of the map, and of all positions that a gradient reaches
  NarrowConvRow convolve_row_;
  Index slices_;  // pieces of work, and of G
  WinogradBlock forward_, backward_;
  std::vector<Index> inside_;                // what tiles read of a patch (TileSource)
  std::vector<Index> dy_rows_, dy_columns_;  // and of dy
};

}  // namespace impasto::IMPASTO_ABI
