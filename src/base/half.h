// Floats of 16 bits, as weights and pictures have them.
#pragma once

#include <cstdint>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Bit patterns of IEEE half and bfloat16. To float is exact; from float rounds to nearest, ties to even, and what lies
/// beyond the largest number becomes infinite.
float float_from_half(std::uint16_t bits);
float float_from_bfloat16(std::uint16_t bits);
std::uint16_t half_from_float(float value);
std::uint16_t bfloat16_from_float(float value);

}  // namespace impasto::IMPASTO_ABI
