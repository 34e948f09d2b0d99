// Floats 0..1 to the samples of a picture file.
#pragma once

#include <cstdint>

#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// 0..1; NaN becomes 0.
inline float clipped(float value) { return value > 0.0f ? (value < 1.0f ? value : 1.0f) : 0.0f; }

// Of values from 0 on, adding a half and cutting is rounding, and several times faster than lround.
// NOLINTBEGIN(bugprone-incorrect-roundings)

/// Values outside 0..1 are clipped; NaN becomes 0. For every byte b both roundings give (b / 255.0f) back as b.
inline std::uint8_t to_byte(float value, Rounding rounding) {
  return static_cast<std::uint8_t>(clipped(value) * 255.0f + (rounding == Rounding::nearest ? 0.5f : 0.0f));
}

/// The same to 16 bits, to the nearest: every (w / 65535.0f) gives w back.
inline std::uint16_t to_word(float value) { return static_cast<std::uint16_t>(clipped(value) * 65535.0f + 0.5f); }

/// The same to a whole number up to `most`: 1023 for 10 bits.
inline std::uint16_t to_word(float value, float most) {
  return static_cast<std::uint16_t>(clipped(value) * most + 0.5f);
}

// NOLINTEND(bugprone-incorrect-roundings)

}  // namespace impasto::IMPASTO_ABI
