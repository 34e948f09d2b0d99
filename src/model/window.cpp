#include "model/window.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "model/vgg_layers.h"

namespace impasto::IMPASTO_ABI {
namespace {

Index round_up(Index value, Index step) { return (value + step - 1) / step * step; }

// Where the parts of a side begin, and its end.
std::vector<Index> borders(Index length, Index side, Index step) {
  std::vector<Index> at{0};
  const Index longest = side == 0 ? length : round_up(side, step);
  const Index parts = (length + longest - 1) / longest;
  for (Index i = 1; i < parts; ++i) {
    const Index border = round_up(length * i / parts, step);
    if (length - border >= step) at.push_back(border);
  }
  at.push_back(length);
  return at;
}

// A part of a side, `halo` longer at each end that is not the side's own.
struct Range {
  Index begin, end;
};
Range with_halo(Range part, Index halo, Index length) {
  return {std::max(part.begin - halo, Index{0}), std::min(part.end + halo, length)};
}

Area area_of(Range rows, Range columns) {
  return {rows.begin, columns.begin, rows.end - rows.begin, columns.end - columns.begin};
}

}  // namespace

Area Window::core_at(std::size_t layer) const {
  const int n = halvings(layer);
  const Index top = (core.top - area.top) >> n, left = (core.left - area.left) >> n;
  return {top, left, ((core.bottom() - area.top) >> n) - top, ((core.right() - area.left) >> n) - left};
}

Area Window::core_of_whole(std::size_t layer) const {
  const int n = halvings(layer);
  const Area own = core_at(layer);
  return {core.top >> n, core.left >> n, own.height, own.width};
}

Index halo_of(std::optional<std::size_t> layer, const Architecture& of) {
  if (!layer) return 1;
  Index reach = 0, stride = 1;
  for (std::size_t i = 0; i <= *layer; ++i) {
    if (vgg_layers()[i].is_pool) {
      stride *= 2;
    } else if (of.has(i)) {
      reach += stride;
    }
  }
  return round_up(std::max(reach, Index{1}), stride);
}

std::vector<Window> make_windows(Index height, Index width, Index side, std::optional<std::size_t> deepest,
                                 const Architecture& of) {
  const Index step = Index{1} << (deepest ? halvings(*deepest) : 0), halo = halo_of(deepest, of);
  const std::vector<Index> rows = borders(height, side, step), columns = borders(width, side, step);
  std::vector<Window> windows;
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    for (std::size_t j = 0; j + 1 < columns.size(); ++j) {
      const Range vertical{rows[i], rows[i + 1]}, horizontal{columns[j], columns[j + 1]};
      windows.push_back({area_of(vertical, horizontal),
                         area_of(with_halo(vertical, halo, height), with_halo(horizontal, halo, width))});
    }
  }
  return windows;
}

}  // namespace impasto::IMPASTO_ABI
