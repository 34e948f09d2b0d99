// One tile of a chain of oriented layers, in memory small enough for L2: the maps of all layers above it, and their
// gradients below.
//
// Maps lie unit by unit: a plane of rows x columns x 16 lanes each, all planes of a tile with the same corner. Layer l
// (0: the input, n: the output) stands over region(l), the tile and n - l positions more on each side, as far as the
// map goes; an input by lanes is read where it lies. Columns -1 and W of a map repeat its border; gradients have two
// columns of 0 on each side.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "kernel/oriented/oriented_map.h"
#include "kernel/oriented/oriented_stages.h"
#include "kernel/oriented/signal_stages.h"
#include "kernel/workspace.h"
#include "tensor/area.h"

namespace impasto::IMPASTO_ABI {

/// Of a chain, and units of one of them that read signals.
inline constexpr Index kMostLayers = 4, kMostFresh = 6;

/// What all tiles of a chain share. The layers outlive it.
class OrientedTiling {
 public:
  /// x: of the lowest layer's input; the output is pooled or not, by lanes or not.
  OrientedTiling(std::span<const OrientedLayer> layers, const Shape& x, bool pooled, bool by_lanes);

  Index tiles() const { return tile_rows_ * tile_columns_; }
  Index tile_rows() const { return tile_rows_; }
  Index tile_columns() const { return tile_columns_; }
  Area tile(Index row, Index column) const;
  /// Of tiles whose regions of layer 0 share a position, those in even rows come first, of these those in even columns:
  /// true if tile (row, column) is the first to come to input position (r, c).
  bool first_in_row(Index row, Index r) const { return first(row, r, tile_height_, tile_rows_); }
  bool first_in_column(Index column, Index c) const { return first(column, c, tile_width_, tile_columns_); }

  std::span<const OrientedLayer> layers() const { return layers_; }
  /// Layers.
  Index depth() const { return static_cast<Index>(layers_.size()); }
  Index H() const { return input_.H(); }
  Index W() const { return input_.W(); }
  const OrientedMap& input() const { return input_; }
  const OrientedMap& output() const { return output_; }
  bool is_pooled() const { return pooled_; }
  bool reads_picture() const { return layers_[0].reads_picture; }
  /// Units of layer l, the input's for 0.
  Index units(Index l) const {
    return l == 0 ? layers_[0].input_units : static_cast<Index>(layers_[l - 1].units.size());
  }
  std::span<const OrientedSegment> segments(Index l) const {
    return l == 0 ? layers_[0].input_segments : layers_[static_cast<std::size_t>(l - 1)].segments;
  }
  Index channels(Index l) const {
    return l == 0 ? layers_[0].inputs : layers_[static_cast<std::size_t>(l - 1)].channels;
  }
  Index tile_height() const { return tile_height_; }
  Index tile_width() const { return tile_width_; }
  Index rows() const { return tile_height_ + 2 * depth(); }
  Index columns() const { return tile_width_ + 2 * depth() + 4; }
  Index plane() const { return rows() * columns() * kUnit; }

 private:
  bool first(Index tile, Index position, Index size, Index count) const;

  std::span<const OrientedLayer> layers_;
  bool pooled_;
  OrientedMap input_, output_;
  Index tile_height_, tile_width_, tile_rows_, tile_columns_;
};

/// A thread's tile.
class OrientedTile {
 public:
  OrientedTile(const OrientedTiling& tiling, SimdTarget target, bool backward, Workspace& space);

  void move_to(const Area& core) { core_ = core; }
  Area core() const { return core_; }
  Area region(Index l) const;
  Index units(Index l) const { return tiling_.units(l); }

  /// Reads the input and computes all layers over their regions.
  void compute(const float* x);
  /// Writes the tile of the output, or of its means over 2 x 2.
  void write(float* y);

  /// The gradient of the output: dy (or null: 0) spread over the tile.
  void read_gradient(const float* dy);
  /// Drops the gradient of layer l where its value is not positive, over the tile.
  void mask(Index l);
  /// The gradient of layer l from that of layer l + 1; `add`: to what stands there, over the whole region.
  void adjoint(Index l, bool add);
  /// Adds the input's gradient to dx, or writes it where this tile is the first to come, `always_add` or not.
  void write_gradient(Index row, Index column, bool always_add, float* dx);

  float* value(Index l, Index unit, Index r, Index c) { return values_[static_cast<std::size_t>(l)] + at(unit, r, c); }
  /// In the place of the values of layer l + 1, which nobody reads any more by then.
  float* gradient(Index l, Index unit, Index r, Index c) { return value(l + 1, unit, r, c); }
  /// Sets the gradient of layer l to 0 over its region, but for `kept`, a part of the tile.
  void clear_around(Index l, const Area& kept);

 private:
  Index cell(Index r, Index c) const { return (r - core_.top + depth_) * columns_ + c - core_.left + depth_ + 2; }
  Index at(Index unit, Index r, Index c) const { return unit * plane_ + cell(r, c) * kUnit; }
  // A row of layer l from column c on, to be read.
  const float* source(Index l, Index unit, Index r, Index c) {
    const OrientedMap& input = tiling_.input();
    return l == 0 && input.by_lanes() ? input_ + input.lanes_at(unit, r, c) : value(l, unit, r, c);
  }
  void read_picture(const float* x);
  void read_map(const float* x);
  void repeat_border(Index l);
  void make_signals(Index l);
  void compute_layer(Index l);
  OrientedWindow gradient_window(Index l, Index unit, Index r, Index c, Index width);
  void adjoint_row(Index l, Index from, Index to, bool add);
  template <class Body>
  void for_runs(Index row, Index column, bool always_add, const Body& body);
  void write_picture_gradient(Index row, Index column, bool always_add, float* dx);

  const OrientedTiling& tiling_;
  const OrientedStages& stages_;
  const SignalStages& signal_stages_;
  const float* input_ = nullptr;  // by lanes
  Index depth_, columns_, plane_;
  Area core_;
  std::array<float*, kMostLayers + 2> values_{};  // by layer, and the output's gradient
  float *signals_, *row_, *zeros_, *fresh_ = nullptr, *sums_ = nullptr, *signal_gradient_ = nullptr;
};

}  // namespace impasto::IMPASTO_ABI
