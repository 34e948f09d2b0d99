// Whole numbers as bytes, lowest first, on every machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// The number in `count` bytes, 1 to 8.
inline std::uint64_t little_endian(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return value;
}

/// The lowest `count` bytes of `value`, 1 to 8, behind what is in `bytes`, a vector or string.
template <class Bytes>
void append_little_endian(Bytes& bytes, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    bytes.push_back(static_cast<typename Bytes::value_type>(value >> (8 * i) & 255));
}

}  // namespace impasto::IMPASTO_ABI
