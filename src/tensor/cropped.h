// A part of a map, in memory of its own.
#pragma once

#include <algorithm>

#include "base/parallel.h"
#include "tensor/area.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// to (height x width x C) = the part of a map, `map_width` positions wide, at `area`.
template <class T>
void copy_area(const Context& context, const T* map, Index map_width, Index C, const Area& area, T* to) {
  parallel_for(context, area.height, [=](Index h, int) {
    std::copy_n(map + ((area.top + h) * map_width + area.left) * C, area.width * C, to + h * area.width * C);
  });
}

/// `map`: H x W or H x W x C. In the context's memory.
template <class T>
Tensor<T> cropped(const Tensor<T>& map, const Area& area, const Context& context) {
  const bool is_plane = map.shape().rank() == 2;
  const Index C = is_plane ? 1 : map.shape()[2];
  Tensor<T> part(is_plane ? Shape{area.height, area.width} : Shape{area.height, area.width, C}, context);
  copy_area(context, map.data(), map.shape()[1], C, area, part.data());
  return part;
}

}  // namespace impasto::IMPASTO_ABI
