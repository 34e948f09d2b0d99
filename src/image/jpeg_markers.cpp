#include "image/features.h"

#ifdef IMPASTO_HAS_JPEG

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/exif.h"
#include "image/iptc.h"
#include "image/jpeg_markers.h"
#include "image/picture_builder.h"
#include "image/tiff_numbers.h"
#include "image/utf8.h"
#include "image/xmp.h"

namespace impasto::IMPASTO_ABI {

using namespace std::string_view_literals;

namespace {

using Bytes = std::span<const std::uint8_t>;

// What follows `name` at the beginning of a segment; empty for another segment.
Bytes after(Bytes segment, std::string_view name) {
  const bool same = segment.size() > name.size() && std::equal(name.begin(), name.end(), segment.begin());
  return same ? segment.subspan(name.size()) : Bytes();
}

// An ICC profile in pieces, each with its number and how many there are (ICC.1:2010, B.4).
class Pieces {
 public:
  void add(Bytes piece) {
    if (piece.size() >= 2) pieces_.push_back(piece);
  }

  // Numbers begin at 1, or at 0 as some writers count.
  void join(std::vector<std::uint8_t>& profile, std::string& problem) {
    if (pieces_.empty()) return;
    std::stable_sort(pieces_.begin(), pieces_.end(), [](Bytes a, Bytes b) { return a[0] < b[0]; });
    const std::size_t first = pieces_.front()[0];
    bool good = first <= 1 && pieces_.size() == pieces_.front()[1];
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      good = good && pieces_[i][0] == first + i;
      profile.insert(profile.end(), pieces_[i].begin() + 2, pieces_[i].end());
    }
    if (good && profile.size() <= kMaxProfileBytes) return;
    problem = good ? "it is larger than 16 MiB" : "a part of it is missing";
    profile.clear();
  }

 private:
  std::vector<Bytes> pieces_;
};

// Of the index of the Multi-Picture Format (CIPA DC-007): whether there is more than the first picture and smaller
// copies of it ("large thumbnails", types 0x010001 and 0x010002).
bool has_other_pictures(Bytes index) {
  constexpr std::uint32_t kEntries = 0xB002;
  constexpr std::size_t kEntryBytes = 16;
  const auto numbers = TiffNumbers::of(index);
  const auto entry = numbers ? numbers->find(numbers->directory(), kEntries) : std::nullopt;
  if (!entry) return false;
  const Bytes values = numbers->values(*entry);
  for (std::size_t at = kEntryBytes; at + kEntryBytes <= values.size(); at += kEntryBytes) {
    // Eight bits of flags, in the file's byte order the highest, then the type.
    std::uint32_t type = 0;
    for (std::size_t i = 0; i < 4; ++i) type = type << 8 | values[at + (numbers->big_endian() ? i : 3 - i)];
    if ((type & 0xFFFFFF) >> 16 != 1) return true;
  }
  return false;
}

Resolution resolution_of(const jpeg_decompress_struct& info) {
  if (!info.saw_JFIF_marker || info.density_unit == 0) return {};  // no unit: an aspect only
  const double inches = info.density_unit == 2 ? 2.54 : 1;         // 2: a centimetre
  return {inches * info.X_density, inches * info.Y_density};
}

}  // namespace

void save_jpeg_markers(j_decompress_ptr info) {
  jpeg_save_markers(info, JPEG_APP0 + 1, 0xFFFF);   // EXIF and XMP
  jpeg_save_markers(info, JPEG_APP0 + 2, 0xFFFF);   // the ICC profile in pieces; further pictures
  jpeg_save_markers(info, JPEG_APP0 + 13, 0xFFFF);  // Photoshop's resources, which hold IPTC
  jpeg_save_markers(info, JPEG_COM, 0xFFFF);
}

JpegFacts jpeg_facts(const jpeg_decompress_struct& info) {
  JpegFacts facts;
  Metadata& metadata = facts.metadata;
  Pieces profile;
  bool gain_map = false, pictures = false;
  for (jpeg_saved_marker_ptr marker = info.marker_list; marker; marker = marker->next) {
    const Bytes payload(marker->data, marker->data_length);
    const auto keep = [](std::vector<std::uint8_t>& to, Bytes found) {
      if (to.empty()) to.assign(found.begin(), found.end());
    };
    if (marker->marker == JPEG_APP0 + 1) {
      keep(metadata.exif, exif_of_app1(payload));
      keep(metadata.xmp, xmp_of_app1(payload));
    } else if (marker->marker == JPEG_APP0 + 2) {
      profile.add(after(payload, "ICC_PROFILE\0"sv));
      pictures = pictures || has_other_pictures(after(payload, "MPF\0"sv));
      gain_map = gain_map || !after(payload, "urn:iso:std:iso:ts:21496:-1\0"sv).empty();
    } else if (marker->marker == JPEG_APP0 + 13 && metadata.iptc.empty()) {
      metadata.iptc = iptc_of(payload);
    } else if (marker->marker == JPEG_COM && metadata.comment.empty()) {
      metadata.comment = to_utf8({reinterpret_cast<const char*>(payload.data()), payload.size()});
    }
  }
  profile.join(metadata.icc, facts.profile_problem);
  metadata.resolution = resolution_of(info);
  gain_map = gain_map || xmp_names(metadata.xmp, "hdrgm:Version") || xmp_names(metadata.xmp, "HDRGainMap:");
  if (gain_map) facts.others.emplace_back("a gain map for HDR");
  if (pictures && !gain_map) facts.others.emplace_back("further pictures (MPO)");
  return facts;
}

}  // namespace impasto::IMPASTO_ABI

#endif
