// Sizes of 64 bits, as files and plans have them, where a program addresses fewer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// The bytes that one object may have: 2^31 - 1 where pointers have 32 bits.
inline constexpr std::uint64_t kMostBytes = static_cast<std::uint64_t>(PTRDIFF_MAX);

/// a b, or 2^64 - 1 when that is too small to say it.
constexpr std::uint64_t saturated_product(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  return b != 0 && a > kMost / b ? kMost : a * b;
}

/// The numbers of an array of these sizes, none of them below 0, or 2^64 - 1 for more than that says.
constexpr std::uint64_t saturated_product(std::span<const std::int64_t> sizes) {
  std::uint64_t count = 1;
  for (const std::int64_t size : sizes) count = saturated_product(count, static_cast<std::uint64_t>(size));
  return count;
}

/// `bytes`, or the most that Size can say.
template <class Size = std::size_t>
constexpr Size saturated(std::uint64_t bytes) {
  constexpr std::uint64_t kMost = std::numeric_limits<Size>::max();
  return static_cast<Size>(bytes < kMost ? bytes : kMost);
}

/// The bytes of `count` numbers of `width` bytes in one piece. Throws Error(io) for more than `most`, which is what a
/// program can address; a sum that has overflowed, and so is negative as an Index, is refused too.
std::size_t bytes_in_one_piece(std::uint64_t count, std::size_t width, std::uint64_t most = kMostBytes);

}  // namespace impasto::IMPASTO_ABI
