// Floats of 16 bits, as weights and pictures have them.
#pragma once

#include <bit>
#include <cstdint>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Bit patterns of IEEE half and bfloat16. To float is exact; from float rounds to nearest, ties to even, and what lies
/// beyond the largest number becomes infinite.
float float_from_half(std::uint16_t bits);
float float_from_bfloat16(std::uint16_t bits);
std::uint16_t half_from_float(float value);
std::uint16_t bfloat16_from_float(float value);

/// half_from_float of |value| below 65520, without a branch: loops over it become vectors.
inline std::uint16_t half_from_bounded(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value), magnitude = bits & 0x7fffffffu;
  const std::uint32_t normal = (magnitude - (112u << 23) + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
  // Steps of floats from 0.5 on are those of subnormal halves, 2^-24: the sum rounds to them.
  const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000u;
  return static_cast<std::uint16_t>((bits >> 16 & 0x8000u) | (magnitude >= 0x38800000u ? normal : subnormal));
}

}  // namespace impasto::IMPASTO_ABI
