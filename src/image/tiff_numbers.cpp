#include "image/tiff_numbers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace impasto::IMPASTO_ABI {

std::optional<TiffNumbers> TiffNumbers::of_file(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 8) return std::nullopt;
  const bool big_endian = bytes[0] == 'M' && bytes[1] == 'M';
  if (!big_endian && !(bytes[0] == 'I' && bytes[1] == 'I')) return std::nullopt;
  const TiffNumbers classic(bytes, big_endian, kClassicTiff);
  if (classic.u16(2) == 42u) return classic;
  if (classic.u16(2) == 43u && classic.u16(4) == 8u) return TiffNumbers(bytes, big_endian, kBigTiff);
  return std::nullopt;
}

std::optional<TiffNumbers> TiffNumbers::of(std::span<const std::uint8_t> bytes) {
  const auto numbers = of_file(bytes);
  return numbers && numbers->widths_.is_big() ? std::nullopt : numbers;
}

std::optional<std::uint64_t> TiffNumbers::number(std::size_t at, std::size_t count) const {
  if (at > bytes_.size() || bytes_.size() - at < count) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes_[big_endian_ ? at + i : at + count - 1 - i];
  return value;
}

std::optional<std::uint32_t> TiffNumbers::u16(std::size_t at) const {
  const auto value = number(at, 2);
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

std::optional<std::uint32_t> TiffNumbers::u32(std::size_t at) const {
  const auto value = number(at, 4);
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

std::uint64_t TiffNumbers::entry_count(std::size_t directory) const {
  return directory == 0 ? 0 : number(directory, widths_.tally).value_or(0);
}

std::size_t TiffNumbers::next(std::size_t directory) const {
  const std::uint64_t most = bytes_.size() / widths_.entry() + 1;  // what lies behind the bytes gives nothing
  return directory + widths_.tally + static_cast<std::size_t>(std::min(entry_count(directory), most)) * widths_.entry();
}

std::vector<std::size_t> TiffNumbers::entries(std::size_t directory) const {
  std::vector<std::size_t> found;
  const std::uint64_t count = entry_count(directory);
  for (std::size_t entry = directory + widths_.tally; found.size() < count; entry += widths_.entry()) {
    if (!number(entry + 4 + widths_.offset, widths_.offset)) break;
    found.push_back(entry);
  }
  return found;
}

std::optional<std::size_t> TiffNumbers::find(std::size_t directory, std::uint32_t tag) const {
  const std::vector<std::size_t> all = entries(directory);
  const auto found = std::find_if(all.begin(), all.end(), [&](std::size_t entry) { return u16(entry) == tag; });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

std::optional<std::uint64_t> TiffNumbers::value(std::size_t entry) const {
  if (count(entry) != 1) return std::nullopt;
  const std::uint32_t type = u16(entry + 2).value_or(0);
  const std::size_t at = entry + 4 + widths_.offset;
  if (type == kShort) return number(at, 2);
  if (type == kLong) return number(at, 4);
  if (widths_.is_big() && (type == kLong8 || type == kIfd8)) return number(at, 8);
  return std::nullopt;
}

std::span<const std::uint8_t> TiffNumbers::values(std::size_t entry) const {
  // By type 1 to 18: BYTE ASCII SHORT LONG RATIONAL SBYTE UNDEFINED SSHORT SLONG SRATIONAL FLOAT DOUBLE IFD, two that
  // there are not, and of BigTIFF LONG8 SLONG8 IFD8.
  constexpr std::size_t sizes[19] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
  const std::uint32_t type = u16(entry + 2).value_or(0);
  const bool known = type < (widths_.is_big() ? 19u : 14u);
  const std::uint64_t size = known ? saturated_product(sizes[type], count(entry)) : 0;
  const std::size_t place = entry + 4 + widths_.offset;
  const std::size_t at = size <= widths_.offset ? place : saturated(number(place, widths_.offset).value_or(0));
  if (size == 0 || at > bytes_.size() || bytes_.size() - at < size) return {};
  return bytes_.subspan(at, static_cast<std::size_t>(size));
}

void put_tiff_number(std::uint8_t* to, std::uint64_t value, std::size_t count, bool big_endian) {
  for (std::size_t i = 0; i < count; ++i) {
    to[big_endian ? count - 1 - i : i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

}  // namespace impasto::IMPASTO_ABI
