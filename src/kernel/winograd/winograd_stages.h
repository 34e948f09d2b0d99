// clang-format off
// The stages of a Winograd convolution, compiled once per instruction set. Drivers (kernel/winograd/winograd.cpp) decide which
// tiles, channels and threads; a stage is straight work on raw pointers.
//
//   input_transform:  8 x 8 (or 6 x 6) input tiles, overlapping by 2, become V = B^T d B   V[point][C / N][tile][N]
//   filters:          3 x 3 filters become U = G g G^T                        U[point][panel][channel][panel lanes]
//   multiply:         M = V U, one matrix product per point                   M[point][panel][tile][panel lanes]
//   output_transform: A^T M A plus bias, ReLU, pooling becomes 6 x 6 (or 4 x 4) outputs
//
// N: lanes of a vector. Channel counts that are no multiple of N are filled up with zeros in V and U.
// clang-format on
#pragma once

#include <cstdint>

#include "impasto/context.h"
#include "impasto/window.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// An input that is 0. And one that only outputs beyond the map read: a ragged tile ends with such inputs, and the
/// input transform chooses them so that V is 0 at as many points.
inline constexpr Index kZeroInput = -1, kFreeInput = -2;

/// Position in the grid of tiles.
struct TileAt {
  std::int32_t row;
  std::int32_t column;
};

/// Tiles [first, last) of a block.
struct TileRange {
  Index first;
  Index last;
};

/// What tiles are read from. `rows` and `columns` name, for each of a tile's tile + 2 inputs (tile after tile), the
/// position it reads, or kZeroInput, or kFreeInput.
struct TileSource {
  const float* x = nullptr;            ///< H x W x C, or half of H and W when `unpool`
  const std::uint8_t* mask = nullptr;  ///< backward mask of H x W x C: an unset bit reads as 0; null: none
  Index width = 0;                     ///< W
  Index channels = 0;
  bool unpool = false;  ///< position (h, w) reads x at (h / 2, w / 2)
  const Index* rows = nullptr;
  const Index* columns = nullptr;
};

/// w: 3 x 3 x C x K. The product's reduction runs over C and its columns over K, or, `adjoint`, the other way round
/// with the filters turned by 180 degrees. Everything is multiplied by `scale`.
struct FilterSource {
  const float* w;
  Index C, K;
  bool adjoint;
  float scale;
};

/// Where tiles go: an H x W map of `channels`, of which an output transform writes [k0, k0 + columns).
struct TileSink {
  float* y = nullptr;            ///< H x W x channels; half of H and W, rounded down, when pooling
  std::uint8_t* mask = nullptr;  ///< written: the backward mask of ReLU and pooling; null: not wanted
  Index height = 0, width = 0, channels = 0;
  const float* bias = nullptr;  ///< null: plain output, neither bias nor ReLU nor pooling
  Pooling pool = Pooling::none;
  bool streaming_store = false;  ///< y is larger than they are
  bool add = false;              ///< plain output is added to y
  float* halo = nullptr;         ///< tiles cover one position more on each side, which go here: top and bottom rows of
                                 ///< width + 2, then left and right columns of height; plain output only
};

/// Which part of a product's columns an output transform or a filters call is about.
struct Columns {
  Index first;
  Index count;  ///< a multiple of the panel, possibly reaching beyond the last channel
};

struct WinogradStages {
  Index tile;    ///< outputs along a side
  Index points;  ///< (tile + 2)^2
  Index lanes;
  Index panel;
  Index rows;  ///< tiles that one pass of the product's micro-kernel takes
  /// By outputs along an axis, from 1 on: bit p says that they need the axis's point p. Point (i, j) is i (tile + 2) +
  /// j.
  const std::uint8_t* axis_points;

  /// V for tiles [first, last) of a block of `count`, all channels. `patch`: (tile + 2)^2 x C floats of scratch.
  void (*input_transform)(const TileSource& source, const TileAt* tiles, Index first, Index last, Index count,
                          float* patch, float* V, Index point_stride);
  /// The taps of the filters of channels [c0, c0 + depth) of the reduction, depth a multiple of the lanes:
  /// 9 x depth x columns floats.
  void (*gather)(const FilterSource& source, Index c0, Index depth, Columns columns, float* taps);
  /// U of two rows of points, the first being `row` (even), from gathered taps. The source is there to fetch ahead.
  void (*filters)(const FilterSource& source, Index c0, Index depth, Columns columns, Index row, const float* taps,
                  float* U, Index point_stride);
  /// M (+)= V U over `depth` channels and `points` points. V points at the first of both. A point is computed for its
  /// range of tiles; M of the others is 0.
  void (*multiply)(Index points, const TileRange* ranges, Index count, Index depth, const float* V, Index v_stride,
                   const float* U, Index u_stride, float* M, Index m_stride, Index columns, bool add);
  void (*output_transform)(const TileSink& sink, const TileAt* tiles, Index count, const float* M, Index m_stride,
                           Columns columns);
};

/// Tile 4 or 6; nullptr when this build has no kernels for the target (baseline).
const WinogradStages* winograd_stages(SimdTarget target, int tile);

/// Bytes that loading the last vector's mask may read beyond them.
inline constexpr Index kMaskReach = 8;

/// Bytes of a backward mask per pixel for `channels`: a bit a channel, whole bytes a vector.
Index mask_bytes_per_pixel(Index lanes, Index channels);

}  // namespace impasto::IMPASTO_ABI
