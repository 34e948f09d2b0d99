// A chain of oriented layers on maps of one size, tile by tile: no map between them stands in memory. Going back, each
// tile computes its maps once more, which costs less than reading them would.
#pragma once

#include <span>

#include "impasto/context.h"
#include "kernel/oriented_tile.h"
#include "kernel/pooling.h"

namespace impasto {

/// x: H x W x C; replicated borders. Immutable, shared by every replay. Scratch is counted in floats.
class OrientedChain {
 public:
  /// True if this context's target has kernels for it.
  static bool available(const Context& context);

  /// 1 to kMostLayers layers, which outlive the chain; `pool` is none or average.
  OrientedChain(const Context& context, std::span<const OrientedLayer> layers, const Shape& x, Pool pool);

  Shape output() const;

  Index forward_scratch(const Context& context) const;
  void forward(const Context& context, const float* x, float* y, float* scratch) const;

  Index backward_scratch(const Context& context) const;
  /// dx = or += the gradient; `dy` may be null when the loss does not depend on y.
  void backward(const Context& context, const float* x, const float* dy, float* dx, bool add, float* scratch) const;

 private:
  void backward_tile(OrientedTile& tile, const float* x, const float* dy) const;

  OrientedTiling tiling_;
  const OrientedStages* stages_;
  bool pooled_;
};

}  // namespace impasto
