// EXIF and XMP beside a picture: which way up it is, and what must change when the picture does.
//
// An EXIF block is a TIFF structure (EXIF 2.3, 4.5). Whatever is malformed is left alone: a picture is never refused
// for its metadata.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace impasto::inline v0_1 {

/// The block within the payload of a JPEG's APP1 segment, after "Exif\0\0"; empty when the payload is not EXIF.
std::span<const std::uint8_t> exif_of_app1(std::span<const std::uint8_t> app1);

/// Orientation 1..8 (tag 0x0112) of a block; 1, "as stored", when the tag is absent or anything is malformed.
int exif_orientation(std::span<const std::uint8_t> block);
/// Sets it to 1 where it is given.
void reset_exif_orientation(std::vector<std::uint8_t>& block);
/// Sets tiff:Orientation to 1 where an XMP packet gives it.
void reset_xmp_orientation(std::vector<std::uint8_t>& packet);

/// Makes a block true of a new picture: its size, its colour space (tag 0xA001: 1 is sRGB, 0xFFFF another), and no
/// link to the thumbnail, which shows the old picture.
void update_exif(std::vector<std::uint8_t>& block, int width, int height, bool srgb);

/// The part of a TIFF file that is EXIF, as a block: camera, times, author and the EXIF and GPS directories. Empty when
/// there is none.
std::vector<std::uint8_t> exif_of_tiff(std::span<const std::uint8_t> file);
/// Adds it to the first directory of a TIFF file of the same byte order, whose own entries go before.
void add_exif_to_tiff(std::vector<std::uint8_t>& file, std::span<const std::uint8_t> block);

}  // namespace impasto::inline v0_1
