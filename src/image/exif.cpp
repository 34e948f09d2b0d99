#include "image/exif.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "base/big_endian.h"
#include "base/sizes.h"
#include "image/tiff_numbers.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr char kSignature[] = {'E', 'x', 'i', 'f', '\0', '\0'};
constexpr std::uint32_t kWidth = 0x0100, kHeight = 0x0101;
constexpr std::uint32_t kOrientation = 0x0112;
constexpr std::uint32_t kXResolution = 0x011A, kYResolution = 0x011B, kResolutionUnit = 0x0128;
constexpr std::uint32_t kExifDirectory = 0x8769;
constexpr std::uint32_t kColourSpace = 0xA001;
constexpr std::uint32_t kPixelWidth = 0xA002;
constexpr std::uint32_t kPixelHeight = 0xA003;
constexpr std::uint32_t kInteroperability = 0xA005;
constexpr std::uint32_t kInteropIndex = 1;

// Offset of the directory that an entry of `directory` points to; 0 when there is none.
std::size_t linked(const TiffNumbers& numbers, std::size_t directory, std::uint32_t tag) {
  const auto entry = numbers.find(directory, tag);
  return entry ? saturated(numbers.value(*entry).value_or(0)) : 0;
}

// "R03", by which DCF calls Adobe RGB.
bool is_adobe_index(std::span<const std::uint8_t> value) {
  return value.size() >= 3 && std::memcmp(value.data(), "R03", 3) == 0;
}

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

void drop_exif_signature(std::vector<std::uint8_t>& block) {
  std::span<const std::uint8_t> rest = block;
  while (rest.size() >= sizeof kSignature && std::memcmp(rest.data(), kSignature, sizeof kSignature) == 0) {
    rest = rest.subspan(sizeof kSignature);
  }
  block.erase(block.begin(), block.end() - static_cast<std::ptrdiff_t>(rest.size()));
}

std::vector<std::uint8_t> exif_of_item(std::span<const std::uint8_t> item) {
  if (item.size() < 4) return {};
  const auto block = item.subspan(4 + std::min<std::size_t>(big_endian32(item.data()), item.size() - 4));
  return {block.begin(), block.end()};
}

int exif_orientation(std::span<const std::uint8_t> block) {
  const auto numbers = TiffNumbers::of(block);
  if (!numbers) return 1;
  const auto entry = numbers->find(numbers->directory(), kOrientation);
  const std::uint64_t value = entry ? numbers->value(*entry).value_or(1) : 1;
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

void reset_exif_orientation(std::vector<std::uint8_t>& block) {
  if (const auto numbers = TiffNumbers::of(block)) {
    set(block, *numbers, numbers->find(numbers->directory(), kOrientation), 1);
  }
}

bool exif_says_adobe_rgb(std::span<const std::uint8_t> block) {
  const auto numbers = TiffNumbers::of_file(block);
  if (!numbers) return false;
  const std::size_t inner = linked(*numbers, numbers->directory(), kExifDirectory);
  const auto space = numbers->find(inner, kColourSpace);
  if (!space || numbers->value(*space) != 0xFFFFu) return false;
  const auto index = numbers->find(linked(*numbers, inner, kInteroperability), kInteropIndex);
  return index && is_adobe_index(numbers->values(*index));
}

Resolution exif_resolution(std::span<const std::uint8_t> block) {
  const auto numbers = TiffNumbers::of(block);
  if (!numbers) return {};
  const std::size_t directory = numbers->directory();
  const auto unit = numbers->find(directory, kResolutionUnit);
  const double inches = unit && numbers->value(*unit) == 3u ? 2.54 : 1;  // 3: a centimetre; 2, the default: an inch
  const auto side = [&](std::uint32_t tag) {
    const auto entry = numbers->find(directory, tag);
    if (!entry || numbers->u16(*entry + 2) != TiffNumbers::kRational || numbers->u32(*entry + 4) != 1u) return 0.0;
    const std::size_t at = numbers->u32(*entry + 8).value_or(0);
    const double below = numbers->u32(at + 4).value_or(0);
    return below > 0 ? inches * numbers->u32(at).value_or(0) / below : 0.0;
  };
  return {side(kXResolution), side(kYResolution)};
}

void update_exif(std::vector<std::uint8_t>& block, int width, int height, bool srgb) {
  const auto numbers = TiffNumbers::of(block);
  if (!numbers) return;
  reset_exif_orientation(block);
  const std::size_t directory = numbers->directory();
  set(block, *numbers, numbers->find(directory, kWidth), static_cast<std::uint32_t>(width));
  set(block, *numbers, numbers->find(directory, kHeight), static_cast<std::uint32_t>(height));
  if (const auto link = numbers->find(directory, kExifDirectory)) {
    const std::size_t inner = saturated(numbers->value(*link).value_or(0));
    set(block, *numbers, numbers->find(inner, kPixelWidth), static_cast<std::uint32_t>(width));
    set(block, *numbers, numbers->find(inner, kPixelHeight), static_cast<std::uint32_t>(height));
    set(block, *numbers, numbers->find(inner, kColourSpace), srgb ? 1 : 0xFFFF);
    const auto index = numbers->find(linked(*numbers, inner, kInteroperability), kInteropIndex);
    // DCF 2.0, 2.6.3: "R98" is sRGB. Four characters lie in the entry itself.
    if (srgb && index && is_adobe_index(numbers->values(*index)) && numbers->u32(*index + 4) == 4u) {
      std::memcpy(block.data() + *index + 8, "R98", 3);
    }
  }
  const std::size_t next = numbers->next(directory);
  if (directory != 0 && numbers->u32(next)) put_tiff_number(block.data() + next, 0, 4, numbers->big_endian());
}

}  // namespace impasto::IMPASTO_ABI
