// One number that changes with any bit of an array: FNV-1a over the bytes, little-endian.
#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace impasto::testing {

inline std::uint64_t fingerprint(std::span<const float> values, std::uint64_t hash = 0xcbf29ce484222325U) {
  for (const float value : values) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    for (int i = 0; i < 4; ++i) hash = (hash ^ (bits >> (8 * i) & 255U)) * 0x100000001b3U;
  }
  return hash;
}

}  // namespace impasto::testing
