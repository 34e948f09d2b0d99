// Which picture format bytes begin as, whether or not this build can read it.
#pragma once

#include <cstdint>
#include <span>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

bool is_jpeg(std::span<const std::uint8_t> bytes);
bool is_png(std::span<const std::uint8_t> bytes);
bool is_tiff(std::span<const std::uint8_t> bytes);
bool is_webp(std::span<const std::uint8_t> bytes);

}  // namespace impasto::IMPASTO_ABI
