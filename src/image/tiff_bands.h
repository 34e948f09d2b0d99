// A TIFF's rows, band by band, as high as its strips or tiles. Only for builds that have libtiff (features.h).
#pragma once

#include <tiffio.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "image/tiff_layout.h"
#include "image/tiff_memory.h"

namespace impasto::IMPASTO_ABI {

/// Throws Error(input): the data cannot be decoded, with libtiff's own words.
[[noreturn]] void fail_undecodable(const TiffMemory& memory, const std::string& name);

/// One plane after another, bytes as libtiff gives them. What is passed must outlive this.
class TiffBands {
 public:
  TiffBands(const TiffMemory& memory, const TiffLayout& layout, const std::string& name);

  std::uint32_t height() const { return height_; }
  /// The band whose first row is `y`, a multiple of height(). Throws Error(input) where it cannot be decoded.
  void read(std::uint32_t y);
  /// The band's row `y` of the plane of sample `s`; kTiffRowMargin bytes lie behind the last.
  const std::uint8_t* row(std::uint32_t y, int s) const {
    return bytes_.data() + row_bytes_ * y + (layout_.separate() ? plane_bytes_ * static_cast<std::size_t>(s) : 0);
  }

 private:
  void find_tiles();
  void read_tiles(std::uint32_t y, std::uint32_t rows, std::uint16_t plane, std::uint8_t* to);
  [[noreturn]] void fail_here() const { fail_undecodable(memory_, name_); }

  const TiffMemory& memory_;
  TIFF* tiff_;
  const TiffLayout& layout_;
  const std::string& name_;
  bool tiled_;
  std::uint32_t tile_width_ = 0, height_ = 0;
  std::size_t row_bytes_ = 0, plane_bytes_ = 0;
  std::vector<std::uint8_t> bytes_, tile_;
};

}  // namespace impasto::IMPASTO_ABI
