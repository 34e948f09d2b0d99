// XMP beside a picture: what must change when the picture does. Packets are changed as text, by the prefixes that the
// specifications give their names; one that is no UTF-8 or no markup is left alone or dropped, never refused.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// What a JPEG's APP1 segment with XMP begins with (XMP specification, part 3, 1.1.3).
inline constexpr std::string_view kXmpName("http://ns.adobe.com/xap/1.0/\0", 29);
/// The packet within the payload of a JPEG's APP1 segment; empty when the payload is not XMP.
std::span<const std::uint8_t> xmp_of_app1(std::span<const std::uint8_t> app1);

/// Sets tiff:Orientation to 1 where a packet gives it.
void reset_xmp_orientation(std::vector<std::uint8_t>& packet);

/// Makes a packet true of a new picture: its size, and its colour space where it is sRGB. What tells of other parts of
/// the old file (gain maps, videos, depth, a longer packet), of a panorama's place on the sphere or shows the old
/// picture (thumbnails) goes. A packet in UTF-16 or UTF-32 goes as a whole.
void update_xmp(std::vector<std::uint8_t>& packet, int width, int height, bool srgb);

/// Whether a packet names a property, as attribute or element: "hdrgm:Version".
bool xmp_names(const std::vector<std::uint8_t>& packet, std::string_view name);

}  // namespace impasto::IMPASTO_ABI
