// A part of a map as a tensor of its own.
#pragma once

#include <algorithm>

#include "tensor/area.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// `map`: H x W or H x W x C. In the context's memory.
template <class T>
Tensor<T> cropped(const Tensor<T>& map, const Area& area, const Context& context) {
  const bool is_plane = map.shape().rank() == 2;
  const Index C = is_plane ? 1 : map.shape()[2], W = map.shape()[1], row = area.width * C;
  Tensor<T> part(is_plane ? Shape{area.height, area.width} : Shape{area.height, area.width, C}, context);
  for (Index h = 0; h < area.height; ++h)
    std::copy_n(map.data() + ((area.top + h) * W + area.left) * C, row, part.data() + h * row);
  return part;
}

}  // namespace impasto::IMPASTO_ABI
