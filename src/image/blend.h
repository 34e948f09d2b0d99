// Alpha and colours: what a picture looks like on a page of one grey, and what colours were before alpha went in.
#pragma once

#include <cstddef>
#include <span>

#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// The opaque picture c a + page (1 - a), in sRGB-encoded values as browsers blend.
Image seen_on(const Image& image, float page);

/// Colours that alpha was multiplied into, `channels` a pixel, as they were before; what exceeds 1 is 1.
void divide_by_alpha(std::span<float> values, std::span<const float> alpha, std::size_t channels);

}  // namespace impasto::IMPASTO_ABI
