// Floats 0..1 to the samples of a picture file.
#pragma once

#include <cstdint>

#include "impasto/image.h"

namespace impasto {

/// Values outside 0..1 are clipped; NaN becomes 0. For every byte b both roundings give (b / 255.0f) back as b.
inline std::uint8_t to_byte(float value, Rounding rounding) {
  const float clipped = value > 0.0f ? (value < 1.0f ? value : 1.0f) : 0.0f;
  return static_cast<std::uint8_t>(clipped * 255.0f + (rounding == Rounding::nearest ? 0.5f : 0.0f));
}

/// The same to 16 bits, to the nearest: every (w / 65535.0f) gives w back.
inline std::uint16_t to_word(float value) {
  const float clipped = value > 0.0f ? (value < 1.0f ? value : 1.0f) : 0.0f;
  constexpr float kHalf = 0.5f;
  return static_cast<std::uint16_t>(clipped * 65535.0f + kHalf);
}

}  // namespace impasto
