// The size of a tensor: up to four dimensions, last one fastest in memory. Feature maps are H x W x C.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <ostream>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Signed, so that differences and reversed loops are safe.
using Index = std::ptrdiff_t;

/// Rank 0 (a scalar, count 1) to 4. A plain value.
class Shape {
 public:
  static constexpr int kMaxRank = 4;

  Shape() = default;
  /// Throws Error(input) unless each size is positive and the product at most 2^40, or 2^28 - 1 where pointers have 32
  /// bits.
  Shape(std::initializer_list<Index> sizes);  // NOLINT(google-explicit-constructor): {H, W, C} is a shape

  int rank() const noexcept { return rank_; }
  Index operator[](int axis) const noexcept { return sizes_[static_cast<std::size_t>(axis)]; }
  /// Number of elements.
  Index count() const noexcept { return count_; }
  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::array<Index, kMaxRank> sizes_{};
  int rank_ = 0;
  Index count_ = 1;
};

/// "35 x 45 x 64"; "scalar" for rank 0.
std::ostream& operator<<(std::ostream& out, const Shape& shape);

}  // namespace impasto::IMPASTO_ABI
