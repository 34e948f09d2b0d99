// What a picture with alpha looks like on a page of one grey.
#pragma once

#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// The opaque picture c a + page (1 - a), in sRGB-encoded values as browsers blend.
Image seen_on(const Image& image, float page);

}  // namespace impasto::IMPASTO_ABI
