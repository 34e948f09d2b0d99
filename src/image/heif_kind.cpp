#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "base/big_endian.h"
#include "image/heif.h"

namespace impasto::IMPASTO_ABI {
namespace {

HeifKind kind_of_brand(std::string_view brand) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> brands) {
    return std::find(brands.begin(), brands.end(), brand) != brands.end();
  };
  if (is_one_of({"heic", "heix", "heim", "heis"})) return HeifKind::heic;
  if (is_one_of({"hevc", "hevx", "hevm", "hevs"})) return HeifKind::heic_sequence;
  if (brand == "avif") return HeifKind::avif;
  if (brand == "avis") return HeifKind::avif_sequence;
  return HeifKind::none;
}

}  // namespace

HeifKind heif_kind(std::span<const std::uint8_t> bytes) {
  // ISO/IEC 14496-12, 4.3: size, "ftyp", the first brand, a version, brands that the file is compatible with.
  constexpr std::size_t kFirst = 8, kOthers = 16, kBrand = 4;
  if (bytes.size() < kFirst + kBrand) return HeifKind::none;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.substr(4, 4) != "ftyp") return HeifKind::none;
  const std::string_view first = text.substr(kFirst, kBrand);
  const HeifKind kind = kind_of_brand(first);
  const bool is_sequence = first == "msf1";
  if (kind != HeifKind::none || !(is_sequence || first == "mif1" || first == "mif2" || first == "miaf")) return kind;
  const std::size_t end = std::min<std::size_t>(big_endian32(bytes.data()), bytes.size());
  bool is_avif = false;
  for (std::size_t at = kOthers; at + kBrand <= end; at += kBrand) {
    const HeifKind other = kind_of_brand(text.substr(at, kBrand));
    is_avif = is_avif || other == HeifKind::avif || other == HeifKind::avif_sequence;
  }
  if (is_sequence) return is_avif ? HeifKind::avif_sequence : HeifKind::heic_sequence;
  return is_avif ? HeifKind::avif : HeifKind::heic;
}

}  // namespace impasto::IMPASTO_ABI
