#include "kernel/oriented_chain.h"

#include "base/check.h"
#include "base/parallel.h"
#include "kernel/gemm.h"

namespace impasto {

bool OrientedChain::available(const Context& context) { return oriented_stages(context.target()) != nullptr; }

OrientedChain::OrientedChain(const Context& context, std::span<const OrientedLayer> layers, const Shape& x, Pool pool)
    : tiling_(layers, x), stages_(oriented_stages(context.target())), pooled_(pool == Pool::average) {
  IMPASTO_ASSERT(pool != Pool::max && stages_ != nullptr);
}

Shape OrientedChain::output() const {
  const Index step = pooled_ ? 2 : 1;
  return {tiling_.H() / step, tiling_.W() / step, tiling_.channels(tiling_.depth())};
}

Index OrientedChain::forward_scratch(const Context& context) const {
  return context.threads() * scratch_elements(OrientedTile::memory_size(tiling_, false));
}

void OrientedChain::forward(const Context& context, const float* x, float* y, float* scratch) const {
  const Index size = scratch_elements(OrientedTile::memory_size(tiling_, false));
  parallel_for(context, tiling_.tiles(), [&](Index i, int worker) {
    OrientedTile tile(tiling_, *stages_, false, scratch + worker * size);
    tile.move_to(tiling_.tile(i / tiling_.tile_columns(), i % tiling_.tile_columns()));
    tile.compute(x);
    tile.write(pooled_, y);
  });
}

Index OrientedChain::backward_scratch(const Context& context) const {
  return context.threads() * scratch_elements(OrientedTile::memory_size(tiling_, true));
}

void OrientedChain::backward(const Context& context, const float* x, const float* dy, float* dx, bool add,
                             float* scratch) const {
  const Index size = scratch_elements(OrientedTile::memory_size(tiling_, true));
  // Tiles of one colour do not share a position of dx.
  for (const Index colour : {0, 1, 2, 3}) {
    const Index top = colour / 2, left = colour % 2;
    const Index rows = (tiling_.tile_rows() - top + 1) / 2, columns = (tiling_.tile_columns() - left + 1) / 2;
    parallel_for(context, rows * columns, [&](Index i, int worker) {
      const Index row = i / columns * 2 + top, column = i % columns * 2 + left;
      OrientedTile tile(tiling_, *stages_, true, scratch + worker * size);
      tile.move_to(tiling_.tile(row, column));
      backward_tile(tile, x, dy);
      tile.write_gradient(row, column, add, dx);
    });
  }
}

void OrientedChain::backward_tile(OrientedTile& tile, const float* x, const float* dy) const {
  tile.compute(x);
  tile.read_gradient(pooled_, dy);
  tile.mask(tiling_.depth());
  for (Index l = tiling_.depth() - 1; l >= 0; --l) tile.adjoint(l, false);
}

}  // namespace impasto
