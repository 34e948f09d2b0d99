// A TIFF's rows, band by band: as high as its tiles, or as its strips where planes lie apart, else one by one. Only for
// builds that have libtiff (features.h).
#pragma once

#include <tiffio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "image/tiff_layout.h"
#include "image/tiff_memory.h"

namespace impasto::IMPASTO_ABI {

/// Throws Error(input): the data cannot be decoded, with libtiff's own words.
[[noreturn]] void fail_undecodable(const TiffMemory& memory, const std::string& name);

/// One plane after another, bytes as libtiff gives them, in order from the top. What is passed must outlive this.
class TiffBands {
 public:
  TiffBands(const TiffMemory& memory, const TiffLayout& layout, const std::string& name);

  std::uint32_t height() const { return height_; }  // of a band
  /// The band whose first row is `y`, a multiple of height(). Throws Error(input) where it cannot be decoded.
  void read(std::uint32_t y);
  /// The band's row `y` of the plane of sample `s`; kTiffRowMargin bytes lie behind the last.
  const std::uint8_t* row(std::uint32_t y, int s) const {
    return bytes_.get() + row_bytes_ * y + (layout_.separate() ? plane_bytes_ * static_cast<std::size_t>(s) : 0);
  }

 private:
  void find_tiles();
  void read_tiles(std::uint32_t y, std::uint32_t rows, std::uint16_t plane, std::uint8_t* to);
  [[noreturn]] void fail_here() const { fail_undecodable(memory_, name_); }

  const TiffMemory& memory_;
  TIFF* tiff_;
  const TiffLayout& layout_;
  const std::string& name_;
  bool tiled_, by_rows_ = false;
  std::uint32_t tile_width_ = 0, height_ = 0;
  std::size_t row_bytes_ = 0, plane_bytes_ = 0;
  std::unique_ptr<std::uint8_t[]> bytes_, tile_;  // not cleared: of a damaged file little is ever filled
};

}  // namespace impasto::IMPASTO_ABI
