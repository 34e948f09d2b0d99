#include "image/tiff_numbers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace impasto::IMPASTO_ABI {

std::optional<TiffNumbers> TiffNumbers::of(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 8) return std::nullopt;
  const bool big_endian = bytes[0] == 'M' && bytes[1] == 'M';
  if (!big_endian && !(bytes[0] == 'I' && bytes[1] == 'I')) return std::nullopt;
  const TiffNumbers numbers(bytes, big_endian);
  if (numbers.u16(2) != 42u) return std::nullopt;
  return numbers;
}

std::optional<std::uint32_t> TiffNumbers::number(std::size_t at, std::size_t count) const {
  if (at > bytes_.size() || bytes_.size() - at < count) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes_[big_endian_ ? at + i : at + count - 1 - i];
  return value;
}

std::vector<std::size_t> TiffNumbers::entries(std::size_t directory) const {
  std::vector<std::size_t> found;
  const std::size_t count = directory == 0 ? 0 : u16(directory).value_or(0);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (!u32(entry + 8)) break;
    found.push_back(entry);
  }
  return found;
}

std::optional<std::size_t> TiffNumbers::find(std::size_t directory, std::uint32_t tag) const {
  const std::vector<std::size_t> all = entries(directory);
  const auto found = std::find_if(all.begin(), all.end(), [&](std::size_t entry) { return u16(entry) == tag; });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

std::optional<std::uint32_t> TiffNumbers::value(std::size_t entry) const {
  if (u32(entry + 4) != 1u) return std::nullopt;
  if (u16(entry + 2) == kShort) return u16(entry + 8);
  if (u16(entry + 2) == kLong) return u32(entry + 8);
  return std::nullopt;
}

std::span<const std::uint8_t> TiffNumbers::values(std::size_t entry) const {
  // By type 1 to 13: BYTE ASCII SHORT LONG RATIONAL SBYTE UNDEFINED SSHORT SLONG SRATIONAL FLOAT DOUBLE IFD.
  constexpr std::size_t sizes[14] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
  const std::uint32_t type = u16(entry + 2).value_or(0);
  const std::uint64_t size = type < 14 ? std::uint64_t{sizes[type]} * u32(entry + 4).value_or(0) : 0;
  const std::size_t at = size <= 4 ? entry + 8 : u32(entry + 8).value_or(0);
  if (size == 0 || at > bytes_.size() || bytes_.size() - at < size) return {};
  return bytes_.subspan(at, static_cast<std::size_t>(size));
}

void put_tiff_number(std::uint8_t* to, std::uint32_t value, std::size_t count, bool big_endian) {
  for (std::size_t i = 0; i < count; ++i) {
    to[big_endian ? count - 1 - i : i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

}  // namespace impasto::IMPASTO_ABI
