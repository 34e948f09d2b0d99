// Gram matrices and sums of the channels of a tile's maps, and their gradients, in the chunks of
// kernel/oriented/active_lanes.h. The sums are the matrix's row of kOnesLane, whose value is 1.
#pragma once

#include <span>

#include "kernel/oriented/active_lanes.h"
#include "kernel/oriented/oriented_tile.h"

namespace impasto::IMPASTO_ABI {

/// A square matrix over the lanes of `units`, in chunks.
struct LaneMatrix {
  Index units, columns;  ///< columns of a chunk
  Index lanes() const { return units * kUnit; }
  Index chunks() const { return (lanes() + columns - 1) / columns; }
  Index chunk_size() const { return lanes() * columns; }
  Index size() const { return chunks() * chunk_size(); }
  Index at(Index a, Index b) const { return b / columns * chunk_size() + a * columns + b % columns; }
};

class TileMoments {
 public:
  TileMoments(const OrientedTiling& tiling, const ActiveLaneStages& stages, Workspace& space);

  /// sum = or += the Gram matrix of layer l over `area`, a part of the tile that is not empty: entries (a, b) with
  /// a <= b hold it.
  void add_gram(OrientedTile& tile, Index l, const Area& area, bool add, float* sum);
  /// The gradient of layer l over `area`: = or += its values times S. `masked`: and 0 where the value is not positive.
  void add_product(OrientedTile& tile, Index l, const Area& area, const float* S, bool add, bool masked);

 private:
  template <class Body>
  void for_chunks(OrientedTile& tile, Index l, const Area& area, const Body& body);

  const ActiveLaneStages& stages_;
  Index plane_;
  float* gram_;
  ActiveLanes lanes_;
};

/// G (C x C) and s (C, or null) of the channels at `slots`, from entries (a, b) with a <= b.
void read_moments(const Context& context, const LaneMatrix& matrix, const float* lanes, std::span<const Index> slots,
                  float* G, float* s);
/// S[a, b] = dG[a, b] + dG[b, a], and ds in the row of kOnesLane; dG and ds may be null.
void write_gradients(const Context& context, const LaneMatrix& matrix, const float* dG, const float* ds,
                     std::span<const Index> slots, float* lanes);

}  // namespace impasto::IMPASTO_ABI
