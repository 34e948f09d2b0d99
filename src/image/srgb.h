// The curve of sRGB (IEC 61966-2-1), continued below 0 as its mirror image and above 1 by its formula (scRGB).
#pragma once

#include <span>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// E = 12.92 L up to L = 0.0031308, then 1.055 L^(1 / 2.4) - 0.055; E(-L) = -E(L). Off by less than 4e-7, of the value
/// above 1.
float srgb_encode(float linear);
/// L = E / 12.92 up to E = 0.04045, then ((E + 0.055) / 1.055)^2.4; L(-E) = -L(E). Off by less than 4e-7, of the value
/// above 1.
float srgb_decode(float encoded);

/// In place.
void srgb_encode(std::span<float> values);
void srgb_decode(std::span<float> values);

}  // namespace impasto::IMPASTO_ABI
