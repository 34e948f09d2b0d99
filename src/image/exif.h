// EXIF beside a picture: which way up it is, and what must change when the picture does.
//
// An EXIF block is a TIFF structure (EXIF 2.3, 4.5). Whatever is malformed is left alone: a picture is never refused
// for its metadata.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// The block within the payload of a JPEG's APP1 segment, after "Exif\0\0"; empty when the payload is not EXIF.
std::span<const std::uint8_t> exif_of_app1(std::span<const std::uint8_t> app1);

/// Removes such a signature, which some programs write before the block where none belongs.
void drop_exif_signature(std::vector<std::uint8_t>& block);
/// The block of an item of HEIF or a box of JPEG XL: four bytes say where behind them it begins (ISO/IEC 23008-12,
/// A.2.1; 18181-2, 9.2). Empty when there is none.
std::vector<std::uint8_t> exif_of_item(std::span<const std::uint8_t> item);

/// Orientation 1..8 (tag 0x0112) of a block; 1, "as stored", when the tag is absent or anything is malformed.
int exif_orientation(std::span<const std::uint8_t> block);
/// Sets it to 1 where it is given.
void reset_exif_orientation(std::vector<std::uint8_t>& block);

/// Whether a block calls the colours Adobe RGB as DCF 2.0 does: "uncalibrated", interoperability index "R03".
bool exif_says_adobe_rgb(std::span<const std::uint8_t> block);
/// Zeros where a block does not tell.
Resolution exif_resolution(std::span<const std::uint8_t> block);

/// Makes a block true of a new picture: upright, its size, its colour space (tag 0xA001: 1 is sRGB, 0xFFFF another;
/// index "R98" for "R03"), and no link to the thumbnail, which shows the old picture.
void update_exif(std::vector<std::uint8_t>& block, int width, int height, bool srgb);

/// The part of a TIFF file that is EXIF, as a block: camera, times, author and the EXIF and GPS directories. Empty when
/// there is none.
std::vector<std::uint8_t> exif_of_tiff(std::span<const std::uint8_t> file);
/// Adds it to the first directory of a TIFF file of the same byte order, whose own entries go before, and IPTC's
/// records. Either may be empty.
void add_to_tiff(std::vector<std::uint8_t>& file, std::span<const std::uint8_t> exif,
                 std::span<const std::uint8_t> iptc);
/// IPTC's records of a TIFF file; empty when there are none.
std::vector<std::uint8_t> iptc_of_tiff(std::span<const std::uint8_t> file);

}  // namespace impasto::IMPASTO_ABI
