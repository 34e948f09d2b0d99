#include "image/features.h"

#ifdef IMPASTO_HAS_TIFF

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/half.h"
#include "image/tiff_samples.h"

namespace impasto::IMPASTO_ABI {
namespace {

template <class T>
T number_at(const std::uint8_t* from) {
  T number;
  std::memcpy(&number, from, sizeof number);
  return number;
}

// Number `i` of a row of numbers of `bits` bits, 9 to 15, without gaps, the highest bit first.
std::uint32_t packed_number(const std::uint8_t* row, std::size_t i, unsigned bits) {
  const std::size_t at = i * bits;
  const std::uint8_t* from = row + at / 8;
  const std::uint32_t three = std::uint32_t{from[0]} << 16 | std::uint32_t{from[1]} << 8 | from[2];
  return three >> (24 - at % 8 - bits) & ((1u << bits) - 1);
}

// `value(i)`: the row's sample number i.
template <class Value>
void take(const TiffLayout& layout, int s, float* to, std::size_t step, const Value& value) {
  const std::size_t samples = layout.plane_samples();
  std::size_t i = layout.separate() ? 0 : static_cast<std::size_t>(s);
  for (std::uint32_t x = 0; x < layout.width; ++x, i += samples, to += step) *to = value(i);
}

}  // namespace

void tiff_samples(const TiffLayout& layout, const std::uint8_t* row, int s, float* to, std::size_t step) {
  const auto all = [&](const auto& value) { take(layout, s, to, step, value); };
  if (layout.floats() && layout.bits == 16) {
    all([row](std::size_t i) { return float_from_half(number_at<std::uint16_t>(row + 2 * i)); });
  } else if (layout.floats() && layout.bits == 32) {
    all([row](std::size_t i) { return number_at<float>(row + 4 * i); });
  } else if (layout.floats()) {
    all([row](std::size_t i) { return static_cast<float>(number_at<double>(row + 8 * i)); });
  } else if (layout.bits == 8) {
    all([row](std::size_t i) { return static_cast<float>(row[i]) / 255.0f; });
  } else if (layout.bits == 16) {
    all([row](std::size_t i) { return static_cast<float>(number_at<std::uint16_t>(row + 2 * i)) / 65535.0f; });
  } else {
    const unsigned bits = layout.bits;
    const auto most = static_cast<float>((1u << bits) - 1);
    all([row, bits, most](std::size_t i) { return static_cast<float>(packed_number(row, i, bits)) / most; });
  }
}

// TIFF 6.0, section 23: L of all bits is 0..100, a and b are signed, of 16 bits in 1/256. "ICC Lab" (Adobe's TIFF
// technical notes of 2002) moves a and b by half of the range instead, and ends L of 16 bits at 0xFF00, as ICC does.
void to_lab(const TiffLayout& layout, float* values, std::size_t count) {
  if (layout.floats()) return;
  const bool icc = layout.photometric == PHOTOMETRIC_ICCLAB;
  const float most = layout.bits == 8 ? 255.0f : 65535.0f;
  const float unit = layout.bits == 8 ? 1.0f : 256.0f;
  const float lightness = icc && layout.bits == 16 ? 100.0f * most / 65280.0f : 100.0f;
  for (std::size_t i = 0; i < count; ++i, values += 3) {
    values[0] *= lightness;
    for (std::size_t c = 1; c < 3; ++c) {
      const float number = values[c] * most / unit;  // 0..255, or just below 256
      values[c] = icc ? number - 128 : number < 128 ? number : number - 256;
    }
  }
}

}  // namespace impasto::IMPASTO_ABI

#endif
