// Whole numbers as bytes, highest first, on every machine: PNG, ICC and Photoshop's resources have them so.
#pragma once

#include <cstdint>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// The number in 4 bytes.
inline std::uint32_t big_endian32(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace impasto::IMPASTO_ABI
