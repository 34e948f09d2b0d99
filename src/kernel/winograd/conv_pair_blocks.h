// The blocks in which two fused convolutions (conv_pair.h) run: 2 x 6 tiles of 6 x 6 positions, row by row.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernel/winograd/winograd_stages.h"
#include "tensor/area.h"

namespace impasto::IMPASTO_ABI {

// F(6x6): the map is the picture's size, and large tiles waste least there.
inline constexpr Index kPairTile = 6, kPairSide = kPairTile + 2;
// 2 x 6 tiles are one or two passes of the product; a patch of 14 x 38 positions is computed for 12 x 36.
inline constexpr Index kPairTileRows = 2, kPairTileColumns = 6, kPairTiles = kPairTileRows * kPairTileColumns;
inline constexpr Index kPairHeight = kPairTileRows * kPairTile, kPairWidth = kPairTileColumns * kPairTile;
inline constexpr Index kPairPositions = kPairHeight * kPairWidth;
inline constexpr Index kPatchHeight = kPairHeight + 2, kPatchWidth = kPairWidth + 2;
inline constexpr Index kPairMostChannels = 4;  // of the picture

class PairBlocks {
 public:
  PairBlocks() = default;
  /// Cover `all`; the blocks of its last row and column are cut off where it ends.
  explicit PairBlocks(const Area& all)
      : all_(all),
        rows_((all.height + kPairHeight - 1) / kPairHeight),
        columns_((all.width + kPairWidth - 1) / kPairWidth) {}

  Index rows() const { return rows_; }
  Index columns() const { return columns_; }
  Index count() const { return rows_ * columns_; }
  const Area& all() const { return all_; }
  /// The row of blocks that holds row `h` of the map.
  Index row_of(Index h) const { return (h - all_.top) / kPairHeight; }
  Index top(Index row) const { return all_.top + row * kPairHeight; }
  Index left(Index column) const { return all_.left + column * kPairWidth; }
  Area area(Index block) const {
    return common(all_, {top(block / columns_), left(block % columns_), kPairHeight, kPairWidth});
  }
  /// The block's first tile in the grid of all tiles.
  TileAt first_tile(Index block) const {
    return {static_cast<std::int32_t>(block / columns_ * kPairTileRows),
            static_cast<std::int32_t>(block % columns_ * kPairTileColumns)};
  }

 private:
  Area all_;
  Index rows_ = 0, columns_ = 0;
};

/// The tiles that cover height x width positions, the first of them at `from`; how many.
inline Index list_tiles(Index height, Index width, TileAt from, TileAt* tiles) {
  Index count = 0;
  for (std::int32_t r = 0; r * kPairTile < height; ++r) {
    for (std::int32_t c = 0; c * kPairTile < width; ++c) tiles[count++] = {from.row + r, from.column + c};
  }
  return count;
}

/// Input i of tile t reads position t * kPairTile + i + first, or a zero outside [0, size).
inline std::vector<Index> tile_positions(Index tiles, Index first, Index size) {
  std::vector<Index> positions;
  for (Index t = 0; t < tiles; ++t) {
    for (Index i = 0; i < kPairSide; ++i) {
      const Index position = t * kPairTile + i + first;
      positions.push_back(position >= 0 && position < size ? position : kZeroInput);
    }
  }
  return positions;
}

}  // namespace impasto::IMPASTO_ABI
