#include "image/exif.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "image/tiff_numbers.h"

namespace impasto::inline v0_1 {
namespace {

constexpr char kSignature[] = {'E', 'x', 'i', 'f', '\0', '\0'};
constexpr std::uint32_t kOrientation = 0x0112;
constexpr std::uint32_t kExifDirectory = 0x8769;
constexpr std::uint32_t kColourSpace = 0xA001;
constexpr std::uint32_t kPixelWidth = 0xA002;
constexpr std::uint32_t kPixelHeight = 0xA003;

// Overwrites the value of an entry of one short or long number.
void set(std::vector<std::uint8_t>& block, const TiffNumbers& numbers, std::optional<std::size_t> entry,
         std::uint32_t value) {
  if (!entry || !numbers.value(*entry)) return;
  const bool is_short = numbers.u16(*entry + 2) == TiffNumbers::kShort;
  if (is_short && value > 0xFFFF) return;
  put_tiff_number(block.data() + *entry + 8, value, is_short ? 2 : 4, numbers.big_endian());
}

}  // namespace

std::span<const std::uint8_t> exif_of_app1(std::span<const std::uint8_t> app1) {
  const bool is_exif = app1.size() >= sizeof kSignature && std::memcmp(app1.data(), kSignature, sizeof kSignature) == 0;
  return is_exif ? app1.subspan(sizeof kSignature) : std::span<const std::uint8_t>();
}

int exif_orientation(std::span<const std::uint8_t> block) {
  const auto numbers = TiffNumbers::of(block);
  if (!numbers) return 1;
  const auto entry = numbers->find(numbers->directory(), kOrientation);
  const std::uint32_t value = entry ? numbers->value(*entry).value_or(1) : 1;
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

void reset_exif_orientation(std::vector<std::uint8_t>& block) {
  if (const auto numbers = TiffNumbers::of(block)) {
    set(block, *numbers, numbers->find(numbers->directory(), kOrientation), 1);
  }
}

void reset_xmp_orientation(std::vector<std::uint8_t>& packet) {
  // As an attribute, tiff:Orientation="6", or as an element, <tiff:Orientation>6</tiff:Orientation>.
  constexpr std::string_view name = "tiff:Orientation";
  auto at = packet.begin();
  while ((at = std::search(at, packet.end(), name.begin(), name.end())) != packet.end()) {
    at += static_cast<std::ptrdiff_t>(name.size());
    auto digit = at;
    while (digit != packet.end() && std::strchr(" =\"'>\t\r\n", *digit) && *digit != '\0') ++digit;
    if (digit != at && digit != packet.end() && *digit >= '2' && *digit <= '8') *digit = '1';
  }
}

void update_exif(std::vector<std::uint8_t>& block, int width, int height, bool srgb) {
  const auto numbers = TiffNumbers::of(block);
  if (!numbers) return;
  const std::size_t directory = numbers->directory();
  if (const auto link = numbers->find(directory, kExifDirectory)) {
    const std::size_t inner = numbers->value(*link).value_or(0);
    set(block, *numbers, numbers->find(inner, kPixelWidth), static_cast<std::uint32_t>(width));
    set(block, *numbers, numbers->find(inner, kPixelHeight), static_cast<std::uint32_t>(height));
    set(block, *numbers, numbers->find(inner, kColourSpace), srgb ? 1 : 0xFFFF);
  }
  const std::size_t next = directory + 2 + numbers->u16(directory).value_or(0) * TiffNumbers::kEntryBytes;
  if (directory != 0 && numbers->u32(next)) put_tiff_number(block.data() + next, 0, 4, numbers->big_endian());
}

}  // namespace impasto::inline v0_1
