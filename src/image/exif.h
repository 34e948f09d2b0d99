// The one thing wanted from a camera's EXIF block: which way up the picture is.
#pragma once

#include <cstdint>
#include <span>

namespace impasto {

/// True when the payload of a JPEG's APP1 segment is EXIF (and not XMP, which shares that segment).
bool is_exif(std::span<const std::uint8_t> app1);

/// Orientation 1..8 (EXIF 2.3, tag 0x0112) from the payload of an APP1 segment. 1, "as stored", when the tag is absent
/// or anything about the block is malformed: a picture is never refused for its EXIF.
int exif_orientation(std::span<const std::uint8_t> app1);

}  // namespace impasto
