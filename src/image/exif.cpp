#include "image/exif.h"

#include <cstddef>
#include <cstring>
#include <optional>

namespace impasto {
namespace {

constexpr char kSignature[] = {'E', 'x', 'i', 'f', '\0', '\0'};
constexpr std::uint32_t kTagOrientation = 0x0112;
constexpr std::uint32_t kTypeShort = 3;
constexpr std::size_t kEntryBytes = 12;

// Numbers of a TIFF block in its own byte order. A read outside the block gives nothing.
class TiffReader {
 public:
  TiffReader(std::span<const std::uint8_t> bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  std::optional<std::uint32_t> u16(std::size_t at) const { return number(at, 2); }
  std::optional<std::uint32_t> u32(std::size_t at) const { return number(at, 4); }

 private:
  std::optional<std::uint32_t> number(std::size_t at, std::size_t count) const {
    if (at > bytes_.size() || bytes_.size() - at < count) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value = value << 8 | bytes_[big_endian_ ? at + i : at + count - 1 - i];
    }
    return value;
  }

  std::span<const std::uint8_t> bytes_;
  bool big_endian_;
};

}  // namespace

bool is_exif(std::span<const std::uint8_t> app1) {
  return app1.size() >= sizeof kSignature && std::memcmp(app1.data(), kSignature, sizeof kSignature) == 0;
}

int exif_orientation(std::span<const std::uint8_t> app1) {
  if (!is_exif(app1)) return 1;
  const std::span<const std::uint8_t> tiff = app1.subspan(sizeof kSignature);
  if (tiff.size() < 2) return 1;
  const bool big_endian = tiff[0] == 'M' && tiff[1] == 'M';
  if (!big_endian && !(tiff[0] == 'I' && tiff[1] == 'I')) return 1;
  const TiffReader reader(tiff, big_endian);
  if (reader.u16(2) != 42u) return 1;

  const std::size_t directory = reader.u32(4).value_or(0);
  const std::size_t count = reader.u16(directory).value_or(0);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    const auto tag = reader.u16(entry);
    if (!tag) return 1;
    if (*tag != kTagOrientation) continue;
    if (reader.u16(entry + 2) != kTypeShort) return 1;
    const std::uint32_t value = reader.u16(entry + 8).value_or(1);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace impasto
