// How a page of a TIFF lies in its file, and whether that makes sense. Only for builds that have libtiff (features.h).
#pragma once

#include <tiffio.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "image/icc.h"

namespace impasto::IMPASTO_ABI {

struct TiffLayout {
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 1, format = SAMPLEFORMAT_UINT, samples = 1, photometric = PHOTOMETRIC_MINISBLACK;
  std::uint16_t planes = PLANARCONFIG_CONTIG, compression = COMPRESSION_NONE, orientation = ORIENTATION_TOPLEFT;
  /// What the samples mean where they are read one by one; unset: libtiff has to turn the page into RGBA.
  std::optional<Device> device = {};
  bool lab = false;   ///< of CIE L*a*b*, three samples that become RGB
  int alpha_at = -1;  ///< which sample
  bool premultiplied = false;

  bool floats() const { return format == SAMPLEFORMAT_IEEEFP; }
  bool separate() const { return planes == PLANARCONFIG_SEPARATE && samples > 1; }
  /// Of `columns` pixels within one plane: samples follow each other without gaps, rows begin at bytes.
  std::size_t row_bytes(std::uint32_t columns) const {
    return static_cast<std::size_t>((std::uint64_t{columns} * bits * plane_samples() + 7) / 8);
  }
  /// Of a pixel within one plane.
  std::size_t plane_samples() const { return separate() ? 1u : samples; }
};

/// A field of the page, or `otherwise` where the file has none.
template <class T>
T tiff_field(TIFF* tiff, std::uint32_t tag, T otherwise) {
  T value = otherwise;
  return TIFFGetFieldDefaulted(tiff, tag, &value) ? value : otherwise;
}

TiffLayout tiff_layout(TIFF* tiff);

/// Throws Error(input) for sizes and channels beyond the limits, for more than `bytes` can hold and for a compression
/// that this libtiff lacks. `name` begins the message.
void check_tiff_layout(const TiffLayout& layout, std::size_t bytes, const std::string& name);

}  // namespace impasto::IMPASTO_ABI
