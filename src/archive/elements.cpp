#include "archive/elements.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/half.h"
#include "base/little_endian.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kPiece = 16384;  // numbers converted at a time: 128 KiB of F64, which stay in L2

float decode(const std::uint8_t* bytes, char type, std::size_t width) {
  const std::uint64_t bits = little_endian(bytes, width);
  if (width == 8) return static_cast<float>(std::bit_cast<double>(bits));
  if (width == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  if (width == 1) return static_cast<float>(static_cast<std::int8_t>(bits));
  return type == 'B' ? float_from_bfloat16(static_cast<std::uint16_t>(bits))
                     : float_from_half(static_cast<std::uint16_t>(bits));
}

}  // namespace

std::size_t element_bytes(const std::string& dtype) {
  if (dtype == "F32") return 4;
  if (dtype == "F64") return 8;
  return dtype == "F16" || dtype == "BF16" ? 2 : 0;
}

std::size_t readable_bytes(const std::string& dtype) { return dtype == "I8" ? 1 : element_bytes(dtype); }

std::vector<float> read_elements(const std::string& dtype, std::uint64_t wanted,
                                 const std::function<void(std::span<std::uint8_t>)>& next) {
  const std::size_t width = readable_bytes(dtype);
  IMPASTO_ASSERT(width != 0);
  const std::size_t count = bytes_in_one_piece(wanted, sizeof(float)) / sizeof(float);
  std::vector<float> values(count);
  if (width == 4 && std::endian::native == std::endian::little) {
    next({reinterpret_cast<std::uint8_t*>(values.data()), count * 4});
    return values;
  }
  std::vector<std::uint8_t> piece(std::min(count, kPiece) * width);
  for (std::size_t begin = 0; begin < count; begin += kPiece) {
    const std::size_t size = std::min(count - begin, kPiece);
    next(std::span(piece).first(size * width));
    for (std::size_t i = 0; i < size; ++i) values[begin + i] = decode(piece.data() + i * width, dtype.front(), width);
  }
  return values;
}

void write_elements(const std::string& dtype, std::span<const float> values,
                    const std::function<void(std::span<const std::uint8_t>)>& write) {
  const std::size_t width = element_bytes(dtype);
  IMPASTO_ASSERT(width == 4 || width == 2);
  const bool brain = dtype == "BF16";
  std::vector<std::uint8_t> piece(std::min(values.size(), kPiece) * width);
  for (std::size_t begin = 0; begin < values.size(); begin += kPiece) {
    const std::span<const float> part = values.subspan(begin, std::min(values.size() - begin, kPiece));
    std::uint8_t* to = piece.data();
    for (const float value : part) {
      const std::uint32_t bits = width == 4 ? std::bit_cast<std::uint32_t>(value)
                                 : brain    ? bfloat16_from_float(value)
                                            : half_from_float(value);
      for (std::size_t i = 0; i < width; ++i) *to++ = static_cast<std::uint8_t>(bits >> (8 * i));
    }
    write(std::span<const std::uint8_t>(piece).first(part.size() * width));
  }
}

}  // namespace impasto::IMPASTO_ABI
