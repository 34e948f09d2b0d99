// The samples of a TIFF's rows as floats. Only for builds that have libtiff (features.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "image/tiff_layout.h"

namespace impasto::IMPASTO_ABI {

/// Bytes behind a row that may be looked at.
inline constexpr std::size_t kTiffRowMargin = 2;

/// Sample `s` of each pixel of a row, to[0], to[step], ...: integers become 0..1, floats stay what they are. `row`: of
/// the plane that holds the sample, in the machine's byte order as libtiff gives it.
void tiff_samples(const TiffLayout& layout, const std::uint8_t* row, int s, float* to, std::size_t step);

/// The three samples of CIE L*a*b* that tiff_samples() gave as L 0..100, a and b, in place.
void to_lab(const TiffLayout& layout, float* values, std::size_t count);

}  // namespace impasto::IMPASTO_ABI
