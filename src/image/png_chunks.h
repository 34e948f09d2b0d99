// A PNG's chunks beside its pixels, found before libpng sees the file: it takes the memory that a chunk claims before
// it looks how much there is, and unpacks texts that nobody reads.
//
// A chunk: length (32 bits, big-endian), name (4 letters), that many bytes, CRC-32 of name and bytes. (PNG, third
// edition, 5.3.)
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

using PngData = std::span<const std::uint8_t>;

/// A chunk of text: tEXt, zTXt or iTXt.
struct PngText {
  std::string_view chunk;
  PngData data;
};

/// The first of each kind that stands where the standard wants it and has the right checksum.
struct PngChunks {
  std::optional<PngData> cicp, iccp, srgb, gama, chrm, phys;  // before the picture's data
  std::optional<PngData> exif;                                // before or behind
  std::optional<PngText> xmp, comment, raw_exif, raw_xmp, raw_app1, raw_iptc;
  bool has_end = false;  // IEND
  /// What the file lacks of the checksum behind the picture's last byte of data.
  std::vector<std::uint8_t> missing = {};
};

/// Throws Error(input) when the file ends before the picture's data do, also when a chunk before them claims more
/// bytes than there are. `name` begins the message.
PngChunks find_png_chunks(std::span<const std::uint8_t> file, const std::string& name);

/// What a text chunk holds, unpacked; empty when it is malformed or too large. tEXt and zTXt are Latin-1, iTXt UTF-8.
std::vector<std::uint8_t> unpacked_text(const PngText& text);
/// The bytes of a "Raw profile type": lines of hexadecimal digits after a name and a length, as ImageMagick writes
/// them.
std::vector<std::uint8_t> raw_profile(const PngText& text);
/// An iCCP chunk's profile; empty when it cannot be unpacked or is too large.
std::vector<std::uint8_t> unpacked_profile(PngData iccp);

}  // namespace impasto::IMPASTO_ABI
