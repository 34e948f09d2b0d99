// A block of Winograd tiles taken through all stages in one go, while its V and M stay in L2; U is made beforehand for
// all blocks.
#pragma once

#include <array>

#include "kernel/winograd/winograd_stages.h"
#include "kernel/workspace.h"

namespace impasto::IMPASTO_ABI {

/// Sizes and stages of a convolution of `depth` input and `width` output channels, at most `tiles` tiles at a time.
/// A plain value.
class WinogradBlock {
 public:
  WinogradBlock(const WinogradStages& stages, Index depth, Index width, Index tiles);

  /// U of all slabs, and the taps each is made of.
  struct Filters {
    EqualArrays<float> U, taps;
  };
  Filters take_filters(Workspace& space) const;
  /// U of the whole convolution, shared out over the context's threads.
  void make_filters(const Context& context, const FilterSource& source, const Filters& filters) const;

  /// What a thread works on.
  struct Work {
    float *V, *M, *patch;
  };
  Work take_work(Workspace& space) const;
  /// Tiles `from` of the source become tiles `to` of the sink.
  void run(const TileSource& source, const TileAt* from, const TileSink& sink, const TileAt* to, Index count,
           const Filters& filters, const Work& work) const;

 private:
  const WinogradStages* stages_;
  Index depth_, slab_, slabs_, tiles_;
};

/// By point, the tiles that need it. Those in between are computed, too, so tiles that need the same should be
/// neighbours.
using TileRanges = std::array<TileRange, 64>;
TileRanges tile_ranges(const WinogradStages& stages, const TileSource& source, const TileAt* tiles, Index count);

/// Distance between two points of V, U or M.
constexpr Index point_stride(Index elements) { return odd_lines(elements); }

/// Output channels that a piece of work makes at a time, at least a panel: M of all points and tiles is written once
/// and read once, so few channels keep it near.
Index slab_channels(const WinogradStages& stages);

/// Channels filled up: those of the reduction to whole vectors, those of the output to whole slabs.
Index whole_vectors(const WinogradStages& stages, Index channels);
Index whole_slabs(const WinogradStages& stages, Index channels);

}  // namespace impasto::IMPASTO_ABI
