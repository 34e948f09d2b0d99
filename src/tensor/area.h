// A rectangle of a map's positions.
#pragma once

#include <algorithm>

#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

struct Area {
  Index top = 0, left = 0, height = 0, width = 0;

  Index bottom() const { return top + height; }
  Index right() const { return left + width; }
  Index count() const { return height * width; }
  bool contains(Index row, Index column) const {
    return row >= top && row < bottom() && column >= left && column < right();
  }
  friend bool operator==(const Area&, const Area&) = default;
};

/// What lies in both; of no height or width where that is nothing.
inline Area common(const Area& a, const Area& b) {
  const Index top = std::max(a.top, b.top), left = std::max(a.left, b.left);
  return {top, left, std::max(std::min(a.bottom(), b.bottom()) - top, Index{0}),
          std::max(std::min(a.right(), b.right()) - left, Index{0})};
}

/// All positions of a map.
inline Area whole_area(const Shape& map) { return {0, 0, map[0], map[1]}; }

}  // namespace impasto::IMPASTO_ABI
