// A chain of oriented layers on maps of one size, tile by tile: no map between them stands in memory, and the Gram
// matrices that losses read are summed while a tile's maps are in L2. Going back, each tile computes its maps once
// more, which costs less than reading them would.
#pragma once

#include <span>
#include <vector>

#include "impasto/context.h"
#include "impasto/window.h"
#include "kernel/oriented/tile_moments.h"

namespace impasto::IMPASTO_ABI {

/// x: H x W x C; replicated borders. Immutable, shared by every replay. Scratch is counted in floats.
class OrientedChain {
 public:
  /// True if this context's target has kernels for it.
  static bool available(const Context& context);

  /// 1 to kMostLayers layers, which outlive the chain; `pool` is none or average. `moments`: the layers, counted from
  /// 1, whose Gram matrices and channel sums over `core` are wanted.
  OrientedChain(const Context& context, std::span<const OrientedLayer> layers, const Shape& x, Pooling pool,
                const std::vector<Index>& moments, const Area& core);

  /// Of one of the wanted layers: C x C and C. Gradients may be null when the loss does not depend on them.
  struct Moments {
    float *gram, *sum;
  };
  struct MomentGradients {
    const float *gram, *sum;
  };

  Shape output() const;

  Index forward_scratch(const Context& context) const;
  void forward(const Context& context, const float* x, float* y, const Moments* moments, float* scratch) const;

  Index backward_scratch(const Context& context) const;
  /// dx = or += the gradient; `dy` may be null when the loss does not depend on y.
  void backward(const Context& context, const float* x, const float* dy, const MomentGradients* moments, float* dx,
                bool add, float* scratch) const;

 private:
  struct Wanted {
    Index layer;
    LaneMatrix matrix;
  };
  struct Work;
  struct ForwardArrays;
  struct BackwardArrays;
  void backward_tile(OrientedTile& tile, TileMoments& moments, const float* x, const float* dy,
                     const float* const* S) const;
  std::span<const Index> slots(const Wanted& wanted) const;

  OrientedTiling tiling_;
  const OrientedStages* stages_;
  const ActiveLaneStages* moment_stages_;
  bool pooled_;
  Area core_;
  std::vector<Wanted> wanted_;
  Index slices_;
};

}  // namespace impasto::IMPASTO_ABI
