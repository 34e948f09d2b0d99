#include "tensor/shape.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "base/check.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {

Shape::Shape(std::initializer_list<Index> sizes) {
  // 2^40, or as many doubles as a program can address.
  constexpr Index kMaxCount = static_cast<Index>(std::min(std::uint64_t{1} << 40, kMostBytes / sizeof(double)));
  IMPASTO_ASSERT(sizes.size() <= static_cast<std::size_t>(kMaxRank));
  for (const Index size : sizes) {
    require(size > 0 && size <= kMaxCount / count_, ErrorCode::input, "a tensor side of ", size,
            " elements is not possible (wanted: at least 1, and at most ", kMaxCount, " elements in all)");
    sizes_[static_cast<std::size_t>(rank_++)] = size;
    count_ *= size;
  }
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  if (shape.rank() == 0) return out << "scalar";
  for (int axis = 0; axis < shape.rank(); ++axis) out << (axis == 0 ? "" : " x ") << shape[axis];
  return out;
}

}  // namespace impasto::IMPASTO_ABI
