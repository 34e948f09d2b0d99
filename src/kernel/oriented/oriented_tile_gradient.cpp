// The way back through a tile. Every tile takes the gradient of the positions it owns only: what these send to
// positions around it, layer by layer, is added up over tiles at the input.
#include <algorithm>
#include <cstddef>

#include "base/check.h"
#include "kernel/oriented/oriented_tile.h"

namespace impasto::IMPASTO_ABI {

void OrientedTile::clear_around(Index l, const Area& kept) {
  const Area area = region(l);
  for (Index unit = 0; unit < tiling_.units(l); ++unit) {
    for (Index r = area.top; r < area.bottom(); ++r) {
      const bool beside = r >= kept.top && r < kept.bottom();
      const Index left = beside ? kept.left : area.right() + 2;
      std::fill_n(gradient(l, unit, r, area.left - 2), (left - area.left + 2) * kUnit, 0.0F);
      if (beside) std::fill_n(gradient(l, unit, r, kept.right()), (area.right() + 2 - kept.right()) * kUnit, 0.0F);
    }
  }
}

void OrientedTile::read_gradient(const float* dy) {
  const OrientedMap& map = tiling_.output();
  const bool pooled = tiling_.is_pooled();
  const Index step = pooled ? 2 : 1;
  const Index left = core_.left / step, width = dy == nullptr ? 0 : core_.right() / step - left;
  const Index bottom = dy == nullptr ? core_.top : core_.bottom() / step * step;
  clear_around(depth_, core_);
  for (Index unit = 0; unit < tiling_.units(depth_); ++unit) {  // what no gradient comes to
    for (Index r = core_.top; r < core_.bottom(); ++r) {
      const Index seen = r < bottom ? width * step : 0;
      std::fill_n(gradient(depth_, unit, r, core_.left + seen), (core_.width - seen) * kUnit, 0.0F);
    }
  }
  for (Index r = core_.top; r < bottom; r += step) {
    for (const OrientedSegment& segment : map.segments()) {
      float* to = gradient(depth_, segment.slot / kUnit, r, core_.left);
      const float* from = dy + map.at(segment, r / step, left);
      const bool lies_ready = pooled && map.by_lanes();
      if (!lies_ready) stages_.read(segment, from, map.stride(), width, pooled ? row_ : to);
      const bool whole = (segment.slot + segment.count + segment.zeros) % kUnit == 0;
      if (pooled && whole) stages_.unpool(lies_ready ? from : row_, width, to, to + columns_ * kUnit);
    }
  }
}

void OrientedTile::mask(Index l) {
  for (Index unit = 0; unit < tiling_.units(l); ++unit) {
    for (Index r = core_.top; r < core_.bottom(); ++r)
      stages_.mask(value(l, unit, r, core_.left), core_.width, gradient(l, unit, r, core_.left));
  }
}

// Three rows around r of the gradient of layer l, 0 beyond its region.
OrientedWindow OrientedTile::gradient_window(Index l, Index unit, Index r, Index c, Index width) {
  const Area area = region(l);
  const auto row = [&](Index i) -> const float* {
    return i < area.top || i >= area.bottom() ? zeros_ + kUnit : gradient(l, unit, i, c);
  };
  return {{row(r - 1), row(r), row(r + 1)}, width};
}

// A convolution with turned taps over one position more on each side, border or not; what falls beyond the border is
// then added to the positions whose values stood there.
void OrientedTile::adjoint(Index l, bool add) {
  const Area from = region(l + 1), to = region(l);
  for (Index r = to.top; r < to.bottom(); ++r) adjoint_row(l, r, r, add);
  if (from.top == 0) adjoint_row(l, -1, 0, true);
  if (from.bottom() == tiling_.H()) adjoint_row(l, tiling_.H(), tiling_.H() - 1, true);
  if (l == 0 && tiling_.reads_picture()) return;
  const bool at_left = from.left == 0, at_right = from.right() == tiling_.W();
  for (Index unit = 0; unit < tiling_.units(l); ++unit) {
    for (Index r = to.top; r < to.bottom(); ++r) {
      float* left = gradient(l, unit, r, to.left);
      float* right = gradient(l, unit, r, to.right());
      for (Index i = 0; at_left && i < kUnit; ++i) left[i] += left[i - kUnit];
      for (Index i = 0; at_right && i < kUnit; ++i) right[i - kUnit] += right[i];
      std::fill_n(left - 2 * kUnit, 2 * kUnit, 0.0F);
      std::fill_n(right, 2 * kUnit, 0.0F);
    }
  }
}

// The adjoint of layer l + 1 at row `from`, into row `to`; from one column left of the region above to one right of it.
void OrientedTile::adjoint_row(Index l, Index from, Index to, bool add) {
  const OrientedLayer& layer = tiling_.layers()[static_cast<std::size_t>(l)];
  const Area above = region(l + 1);
  const Index c = above.left - 1, width = above.width + 2, row = columns_ * kUnit;
  const Index units = static_cast<Index>(layer.units.size());
  const auto unit_at = [&](Index u) -> const OrientedUnit& { return layer.units[static_cast<std::size_t>(u)]; };
  SignalTerm terms[kSignals * (kMostFresh + 1)];
  Index counts[kSignals], used = 0;
  Index fresh_count = 0;
  for (Index u = 0; u < units; ++u) {
    if (!unit_at(u).fresh) continue;
    IMPASTO_ASSERT(fresh_count < kMostFresh);
    stages_.adjoint(unit_at(u), gradient_window(l + 1, u, from, c, width), false, nullptr,
                    fresh_ + fresh_count++ * row);
  }
  for (std::size_t q = 0; q < static_cast<std::size_t>(kSignals); ++q) {
    const Index before = used;
    Index k = 0;
    for (Index u = 0; u < units; ++u) {
      const OrientedUnit& unit = unit_at(u);
      if (!unit.fresh) continue;
      if (unit.reads_any[q] && (u > 0 || layer.reads_picture)) terms[used++] = {fresh_ + k * row, unit.reads[q]};
      if (q > 0 && unit.has_palette)
        terms[used++] = {gradient_window(l + 1, u, from, c, width).row[1], unit.palette[q - 1]};
      ++k;
    }
    counts[q] = used - before;
  }
  if (layer.reads_picture) {
    float* sums = signal_gradient_ + cell(to, c) * 4;
    stages_.gather(terms, counts, width, add ? sums_ : sums);
    for (Index i = 0; add && i < 4 * width; ++i) sums[i] += sums_[i];
    return;
  }
  if (used > 0) stages_.gather(terms, counts, width, sums_);
  Index k = 0;
  for (Index u = 0; u < units; ++u) {
    const OrientedUnit& unit = unit_at(u);
    const float* t = fresh_ + k * row;
    if (unit.fresh) ++k;
    if (!unit.carried) continue;
    const float* kept = l == 0 ? nullptr : value(l, u, to, c);
    float* out = gradient(l, u, to, c);
    if (unit.fresh) {
      stages_.divert(unit, t, u == 0, used > 0 ? sums_ : nullptr, width, add, kept, out);
    } else {
      stages_.adjoint(unit, gradient_window(l + 1, u, from, c, width), add, kept, out);
    }
  }
}

// Calls body(r, c, end, writes) for all runs [c, end) of the input's region whose gradient is written, or added.
template <class Body>
void OrientedTile::for_runs(Index row, Index column, bool always_add, const Body& body) {
  const Area area = region(0);
  for (Index r = area.top; r < area.bottom(); ++r) {
    const bool first = !always_add && tiling_.first_in_row(row, r);
    for (Index c = area.left; c < area.right();) {
      const bool writes = first && tiling_.first_in_column(column, c);
      Index end = c + 1;
      while (end < area.right() && (first && tiling_.first_in_column(column, end)) == writes) ++end;
      body(r, c, end, writes);
      c = end;
    }
  }
}

void OrientedTile::write_gradient(Index row, Index column, bool always_add, float* dx) {
  if (tiling_.reads_picture()) return write_picture_gradient(row, column, always_add, dx);
  const OrientedMap& map = tiling_.input();
  for_runs(row, column, always_add, [&](Index r, Index c, Index end, bool writes) {
    for (const OrientedSegment& segment : map.segments()) {
      float* to = dx + map.at(segment, r, c);
      stages_.write(segment, gradient(0, segment.slot / kUnit, r, c), end - c, !writes, to, map.stride());
      if (!map.by_lanes() || !writes) continue;
      if (c == 0) std::fill_n(to - kUnit, kUnit, 0.0F);
      if (end == map.W()) std::fill_n(to + (end - c) * kUnit, kUnit, 0.0F);
    }
  });
}

void OrientedTile::write_picture_gradient(Index row, Index column, bool always_add, float* dx) {
  const Area area = region(0), above = region(1);
  const Index W = tiling_.W();
  const auto at = [&](Index r, Index c) { return signal_gradient_ + cell(r, c) * 4; };
  const auto fold = [&](const float* from, float* to) {
    for (Index q = 0; q < kSignals; ++q) to[q] += from[q];
  };
  for (Index r = area.top; r < area.bottom(); ++r) {
    if (above.left == 0) fold(at(r, -1), at(r, 0));
    if (above.right() == W) fold(at(r, W), at(r, W - 1));
  }
  for_runs(row, column, always_add, [&](Index r, Index c, Index end, bool writes) {
    signal_stages_.to_picture(at(r, c), end - c, !writes, dx + (r * W + c) * 3);
  });
}

}  // namespace impasto::IMPASTO_ABI
