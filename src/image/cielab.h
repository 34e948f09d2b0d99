// CIE L*a*b* as files hold it: relative to D50 (TIFF 6.0, section 23; ICC.1:2010, 6.3.4).
#pragma once

#include <cstddef>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// From L 0..100, a and b to sRGB-encoded values, beyond 0..1 where sRGB lacks the colour. `from` and `to` hold 3
/// values a pixel and may be the same.
void lab_to_srgb(const float* from, float* to, std::size_t count);

}  // namespace impasto::IMPASTO_ABI
