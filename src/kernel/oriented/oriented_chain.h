// A chain of oriented layers on maps of one size, tile by tile: no map between them stands in memory, and what losses
// read of them, Gram matrices and squared distances, is summed while a tile's maps are in L2. Going back, each tile
// computes its maps once more, which costs less than reading them would.
#pragma once

#include <span>
#include <vector>

#include "impasto/context.h"
#include "impasto/window.h"
#include "kernel/oriented/tile_errors.h"
#include "kernel/oriented/tile_moments.h"

namespace impasto::IMPASTO_ABI {

/// Of an oriented chain.
struct OrientedOutputs {
  Pooling pool = Pooling::none;  ///< or average
  bool by_lanes = false;         ///< y is (kernel/oriented/oriented_map.h)
  /// Layers, counted from 1, whose Gram matrices and channel sums over `core` are wanted, and those whose squared
  /// distances from other maps are. At most kMostLayers of each.
  std::vector<Index> moments, compared;
  Area core;
};

/// Replicated borders. Immutable, shared by every replay. Scratch is counted in floats.
class OrientedChain {
 public:
  /// True if this context's target has kernels for it.
  static bool available(const Context& context);

  /// 1 to kMostLayers layers, which outlive the chain. x: H x W x C, or by lanes.
  OrientedChain(const Context& context, std::span<const OrientedLayer> layers, const Shape& x,
                const OrientedOutputs& outputs);

  /// Of one of the wanted layers: C x C and C. Gradients may be null when the loss does not depend on them.
  struct Moments {
    float *gram, *sum;
  };
  struct MomentGradients {
    const float *gram, *sum;
  };
  /// Of one of the compared layers: the other map as TileErrors wants it, and the squared distance. The
  /// gradient may be null.
  struct Error {
    const float* target;
    float* sum;
  };
  struct ErrorGradient {
    const float *target, *sum;
  };

  Shape output() const { return tiling_.output().shape(); }

  Index forward_scratch(const Context& context) const;
  void forward(const Context& context, const float* x, float* y, const Moments* moments, const Error* errors,
               float* scratch) const;

  Index backward_scratch(const Context& context) const;
  /// dx = or += the gradient; `dy` may be null when the loss does not depend on y.
  void backward(const Context& context, const float* x, const float* dy, const MomentGradients* moments,
                const ErrorGradient* errors, float* dx, bool add, float* scratch) const;

 private:
  struct Wanted {
    Index layer;
    LaneMatrix matrix;
  };
  struct Work;
  struct ForwardArrays;
  struct BackwardArrays;
  struct Pull;
  void backward_tile(Work& work, const float* x, const float* dy, const Pull* pulls) const;
  std::span<const Index> slots(const Wanted& wanted) const;

  OrientedTiling tiling_;
  SimdTarget target_;
  const ActiveLaneStages* moment_stages_;
  const LaneErrorStages* error_stages_;
  Area core_;
  std::vector<Wanted> wanted_;
  std::vector<Index> compared_;
  Index slices_;
};

}  // namespace impasto::IMPASTO_ABI
