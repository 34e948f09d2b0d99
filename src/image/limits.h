// The one check of a picture's size, made before any memory is taken for it.
#pragma once

#include <cstdint>
#include <string>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Throws Error(input) unless width and height are 1..kMaxImageSide and their product is at most kMaxImagePixels.
/// `what` begins the message.
void check_image_size(std::uint64_t width, std::uint64_t height, const std::string& what);

}  // namespace impasto::IMPASTO_ABI
