// Floats 0..1 to the bytes of a picture file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "impasto/image.h"

namespace impasto {

/// Values outside 0..1 are clipped; NaN becomes 0. For every byte b both roundings give (b / 255.0f) back as b.
inline std::uint8_t to_byte(float value, Rounding rounding) {
  const float clipped = value > 0.0f ? (value < 1.0f ? value : 1.0f) : 0.0f;
  return static_cast<std::uint8_t>(clipped * 255.0f + (rounding == Rounding::nearest ? 0.5f : 0.0f));
}

/// Row y of the picture as width * 3 bytes.
inline void row_to_bytes(const Image& image, int y, Rounding rounding, std::uint8_t* row) {
  const std::size_t count = static_cast<std::size_t>(image.width()) * 3;
  const float* values = image.pixels().data() + static_cast<std::size_t>(y) * count;
  for (std::size_t i = 0; i < count; ++i) row[i] = to_byte(values[i], rounding);
}

}  // namespace impasto
