// IPTC's records (IIM 4.2), and the resources of Photoshop in which JPEGs carry them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// The records among Photoshop's resources (its file formats specification, "Image resource blocks": '8BIM', an id of
/// 16 bits, a name, a size of 32 bits, data); `resources` may be the records themselves. Empty when there are none.
std::vector<std::uint8_t> iptc_of(std::span<const std::uint8_t> resources);

/// What a JPEG's APP13 segment with Photoshop's resources begins with.
inline constexpr std::string_view kPhotoshopName("Photoshop 3.0\0", 14);
/// As the only resource.
std::vector<std::uint8_t> photoshop_resource(std::span<const std::uint8_t> iptc);

}  // namespace impasto::IMPASTO_ABI
