#include "kernel/oriented/oriented_tile.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr Index kFloat = sizeof(float);
// Of L2, for the planes of a tile. A constant: which sums a Gram matrix is made of depends on the tiles.
constexpr Index kTileBytes = Index{1400} * 1024;

struct Size {
  Index height, width;
};
constexpr Size kSizes[] = {{32, 32}, {16, 32}, {16, 24}, {16, 16}, {8, 16}, {8, 8}};

OrientedMap input_of(const OrientedLayer& layer, const Shape& x) {
  const bool by_lanes = is_by_lanes(x);
  return {layer.input_segments,   layer.input_units,          layer.inputs,
          by_lanes ? x[1] : x[0], by_lanes ? x[2] - 2 : x[1], by_lanes};
}

OrientedMap output_of(const OrientedLayer& layer, const OrientedMap& input, bool pooled, bool by_lanes) {
  const Index step = pooled ? 2 : 1;
  return {layer.segments, static_cast<Index>(layer.units.size()), layer.channels, input.H() / step, input.W() / step,
          by_lanes};
}

}  // namespace

OrientedTiling::OrientedTiling(std::span<const OrientedLayer> layers, const Shape& x, bool pooled, bool by_lanes)
    : layers_(layers),
      pooled_(pooled),
      input_(input_of(layers.front(), x)),
      output_(output_of(layers.back(), input_, pooled, by_lanes)) {
  IMPASTO_ASSERT(depth() <= kMostLayers && x == input_.shape());
  Index planes = 1 + units(depth());
  for (Index l = input_.by_lanes() ? 1 : 0; l <= depth(); ++l) planes += units(l);
  for (const Size& size : kSizes) {
    tile_height_ = size.height;
    tile_width_ = size.width;
    if (planes * plane() * kFloat <= kTileBytes) break;
  }
  tile_rows_ = (H() + tile_height_ - 1) / tile_height_;
  tile_columns_ = (W() + tile_width_ - 1) / tile_width_;
}

Area OrientedTiling::tile(Index row, Index column) const {
  const Index top = row * tile_height_, left = column * tile_width_;
  return {top, left, std::min(tile_height_, H() - top), std::min(tile_width_, W() - left)};
}

// Along one axis a position belongs to the region of its own tile, and to that of one neighbour at most.
bool OrientedTiling::first(Index tile, Index position, Index size, Index count) const {
  const Index own = position / size, n = depth();
  Index other = own;
  if (position < own * size + n && own > 0) other = own - 1;
  if (position >= (own + 1) * size - n && own + 1 < count) other = own + 1;
  return tile == (own % 2 == 0 ? own : other);
}

OrientedTile::OrientedTile(const OrientedTiling& tiling, SimdTarget target, bool backward, Workspace& space)
    : tiling_(tiling),
      stages_(*oriented_stages(target)),
      signal_stages_(*signal_stages(target)),
      depth_(tiling.depth()),
      columns_(tiling.columns()),
      plane_(tiling.plane()) {
  const Index row = columns_ * kUnit, signals = tiling.rows() * columns_ * 4;
  for (Index l = tiling.input().by_lanes() ? 1 : 0; l <= depth_; ++l) {
    values_[static_cast<std::size_t>(l)] = space.take<float>(tiling.units(l) * plane_);
    IMPASTO_ASSERT(l == 0 || tiling.units(l - 1) <= tiling.units(l));  // for the gradients that take their place
  }
  signals_ = space.take<float>(signals);
  row_ = space.take<float>(row);
  zeros_ = space.take<float>(row);
  if (zeros_ != nullptr) std::fill_n(zeros_, row, 0.0F);
  if (!backward) return;
  values_[static_cast<std::size_t>(depth_ + 1)] = space.take<float>(tiling.units(depth_) * plane_);
  fresh_ = space.take<float>(kMostFresh * row);
  sums_ = space.take<float>(columns_ * 4);
  if (tiling.reads_picture()) signal_gradient_ = space.take<float>(signals);
}

Area OrientedTile::region(Index l) const {
  const Index reach = depth_ - l;
  const Index top = std::max(core_.top - reach, Index{0}), left = std::max(core_.left - reach, Index{0});
  return {top, left, std::min(core_.bottom() + reach, tiling_.H()) - top,
          std::min(core_.right() + reach, tiling_.W()) - left};
}

void OrientedTile::compute(const float* x) {
  if (tiling_.reads_picture()) {
    read_picture(x);
  } else if (tiling_.input().by_lanes()) {
    input_ = x;
  } else {
    read_map(x);
  }
  for (Index l = 1; l <= depth_; ++l) compute_layer(l);
}

// Signals of the picture, from one column left of the region to one right of it.
void OrientedTile::read_picture(const float* x) {
  const Area area = region(0);
  const Index W = tiling_.W(), left = std::max(area.left - 1, Index{0}), right = std::min(area.right() + 1, W);
  for (Index r = area.top; r < area.bottom(); ++r) {
    float* to = signals_ + cell(r, left) * 4;
    signal_stages_.from_picture(x + (r * W + left) * 3, right - left, to);
    if (area.left == 0) std::copy_n(to, 4, to - 4);
    if (area.right() == W) std::copy_n(to + (W - 1 - left) * 4, 4, to + (W - left) * 4);
  }
}

void OrientedTile::read_map(const float* x) {
  const Area area = region(0);
  const OrientedMap& map = tiling_.input();
  for (Index r = area.top; r < area.bottom(); ++r) {
    for (const OrientedSegment& segment : map.segments())
      stages_.read(segment, x + map.at(segment, r, area.left), map.stride(), area.width,
                   value(0, segment.slot / kUnit, r, area.left));
  }
  repeat_border(0);
}

void OrientedTile::repeat_border(Index l) {
  const Area area = region(l);
  const auto copy = [&](Index from, Index to) {
    for (Index unit = 0; unit < tiling_.units(l); ++unit) {
      for (Index r = area.top; r < area.bottom(); ++r)
        std::copy_n(value(l, unit, r, from), kUnit, value(l, unit, r, to));
    }
  };
  if (area.left == 0) copy(0, -1);
  if (area.right() == tiling_.W()) copy(tiling_.W() - 1, tiling_.W());
}

// What the fresh channels above layer l read of it, on the columns that compute_layer(l + 1) reads.
void OrientedTile::make_signals(Index l) {
  const Area area = region(l), above = region(l + 1);
  for (Index r = area.top; r < area.bottom(); ++r)
    signal_stages_.from_trunk(source(l, 0, r, above.left - 1), above.width + 2, signals_ + cell(r, above.left - 1) * 4);
}

void OrientedTile::compute_layer(Index l) {
  const OrientedLayer& layer = tiling_.layers()[static_cast<std::size_t>(l - 1)];
  const Area area = region(l);
  if (!layer.reads_picture) make_signals(l - 1);
  const auto inside = [&](Index r) { return std::clamp(r, Index{0}, tiling_.H() - 1); };
  for (Index u = 0; u < tiling_.units(l); ++u) {
    const OrientedUnit& unit = layer.units[static_cast<std::size_t>(u)];
    const auto below = [&](Index r) -> const float* {
      return unit.carried ? source(l - 1, u, inside(r), area.left) : nullptr;
    };
    const auto signals = [&](Index r) { return signals_ + cell(inside(r), area.left) * 4; };
    for (Index r = area.top; r < area.bottom(); ++r) {
      const OrientedWindow x{{below(r - 1), below(r), below(r + 1)}, area.width};
      stages_.forward(unit, x, {{signals(r - 1), signals(r), signals(r + 1)}, area.width}, value(l, u, r, area.left));
    }
  }
  repeat_border(l);
}

void OrientedTile::write(float* y) {
  const OrientedMap& map = tiling_.output();
  const Index step = tiling_.is_pooled() ? 2 : 1, top = core_.top / step, left = core_.left / step;
  const Index bottom = core_.bottom() / step, right = core_.right() / step, width = right - left;
  for (Index r = top; r < bottom && width > 0; ++r) {
    for (const OrientedSegment& segment : map.segments()) {
      const float* lanes = value(depth_, segment.slot / kUnit, step * r, core_.left);
      float* to = y + map.at(segment, r, left);
      if (tiling_.is_pooled()) {
        float* means = map.by_lanes() ? to : row_;
        stages_.pool(lanes, lanes + columns_ * kUnit, width, means);
        lanes = means;
      }
      if (lanes != to) stages_.write(segment, lanes, width, false, to, map.stride());
      if (!map.by_lanes()) continue;
      if (left == 0) std::copy_n(to, kUnit, to - kUnit);
      if (right == map.W()) std::copy_n(to + (width - 1) * kUnit, kUnit, to + width * kUnit);
    }
  }
}

}  // namespace impasto::IMPASTO_ABI
