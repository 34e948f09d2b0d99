// What every fuzz target of pictures does: decode, look at all that came, write it in every format, read it back. Only
// impasto::Error may come out. HEIC and AVIF, whose encoders take a tenth of a second for a few pixels, and JPEG XL are
// written for one input of IMPASTO_SLOW_INPUTS.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "image/formats.h"
#include "impasto/error.h"
#include "impasto/image.h"
#include "support/known_leaks.h"

#ifndef IMPASTO_SLOW_INPUTS
#define IMPASTO_SLOW_INPUTS 32
#endif

namespace impasto::testing {

/// What decode_image promises of every picture.
inline void check_picture(const Image& image) {
  const std::size_t count = static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(image.height());
  bool good = image.pixels().size() == 3 * count && (image.alpha().empty() || image.alpha().size() == count);
  for (const float value : image.pixels()) good = good && std::isfinite(value);
  for (const float value : image.alpha()) good = good && value >= 0 && value <= 1;
  if (!good) std::abort();
}

/// Writes the picture, made of `input`, with its metadata and its profile in all formats, and reads that.
inline void write_and_read(const Image& image, std::span<const std::uint8_t> input) {
  const bool slow_too = std::accumulate(input.begin(), input.end(), 0U) % IMPASTO_SLOW_INPUTS == 0;
  for (const PictureFormat& format : picture_formats()) {
    const bool is_slow = format.lacking || format.endings.front() == ".jxl";
    if (!format.is_built_in() || (is_slow && !slow_too)) continue;
    const std::string name = "a" + std::string(format.endings.front());
    std::vector<std::string> warnings;
    try {
      const std::vector<std::uint8_t> bytes = encode_image(
          image, name,
          {.bits = *std::max_element(format.depths.begin(), format.depths.end()), .colour = FileColour::original},
          &warnings);
      const Image again = decode_image(bytes, name);
      check_picture(again);
      if (again.width() != image.width() || again.height() != image.height()) std::abort();
    } catch (const Error& error) {
      // What was decoded can be written; only a format's own limits may refuse.
      if (error.code() != ErrorCode::input && error.code() != ErrorCode::io) std::abort();
    }
  }
}

inline void read_picture(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kSmall = 64 * 64 * 3;  // larger ones would cost the fuzzer's time
  try {
    const Image image = decode_image(bytes, "fuzzed");
    check_picture(image);
    if (image.pixels().size() <= kSmall) write_and_read(image, bytes);
    check_picture(decode_image(bytes, "fuzzed", {.fast_dct = true, .apply_profile = false}));
  } catch (const Error&) {
  }
}

}  // namespace impasto::testing
