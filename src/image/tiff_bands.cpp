#include "image/features.h"

#ifdef IMPASTO_HAS_TIFF

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/check.h"
#include "base/sizes.h"
#include "image/tiff_bands.h"
#include "image/tiff_samples.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {
namespace {

// What a picture at the limit takes in 16 channels of 64 bits, or a program can address.
constexpr std::uint64_t kMaxBandBytes = std::min(128 * static_cast<std::uint64_t>(kMaxImagePixels), kMostBytes - 16);

// Tiles may be larger than their picture, but not by this.
constexpr std::uint64_t kMaxEmptyBytes = std::uint64_t{1} << 26;

}  // namespace

void fail_undecodable(const TiffMemory& memory, const std::string& name) {
  fail(ErrorCode::input, name, " is a TIFF that cannot be decoded (",
       *memory.message() ? memory.message() : "its data are damaged",
       "); copy it again or save it from another program");
}

TiffBands::TiffBands(const TiffMemory& memory, const TiffLayout& layout, const std::string& name)
    : memory_(memory), tiff_(memory.get()), layout_(layout), name_(name), tiled_(TIFFIsTiled(tiff_) != 0) {
  row_bytes_ = layout.row_bytes(layout.width);
  if (tiled_) {
    find_tiles();
  } else if (layout.separate()) {
    height_ = tiff_field<std::uint32_t>(tiff_, TIFFTAG_ROWSPERSTRIP, layout.height);
    height_ = std::clamp(height_, 1u, layout.height);
  } else {
    by_rows_ = true;
    height_ = 1;
    if (TIFFScanlineSize64(tiff_) != row_bytes_) fail_here();
  }
  const std::uint64_t plane = saturated_product(row_bytes_, std::min(height_, layout.height));
  const std::uint64_t band = saturated_product(plane, layout.separate() ? layout.samples : 1u);
  if (band > kMaxBandBytes) fail_here();
  plane_bytes_ = static_cast<std::size_t>(plane);
  bytes_.reset(new std::uint8_t[static_cast<std::size_t>(band) + kTiffRowMargin]);
  std::fill_n(bytes_.get() + static_cast<std::size_t>(band), kTiffRowMargin, std::uint8_t{0});
}

void TiffBands::find_tiles() {
  tile_width_ = tiff_field<std::uint32_t>(tiff_, TIFFTAG_TILEWIDTH, 0);
  height_ = tiff_field<std::uint32_t>(tiff_, TIFFTAG_TILELENGTH, 0);
  if (tile_width_ < 1 || height_ < 1 || tile_width_ > 2u * kMaxImageSide || height_ > 2u * kMaxImageSide) fail_here();
  // A tile's columns begin at bytes of the row: widths are multiples of 16 (TIFF 6.0, section 15).
  if (std::size_t{tile_width_} * layout_.bits * layout_.plane_samples() % 8 != 0) fail_here();
  const std::uint64_t tile = saturated_product(layout_.row_bytes(tile_width_), height_);
  const std::uint64_t plane = saturated_product(row_bytes_, layout_.height);
  if (tile > std::min(kMaxBandBytes, plane + kMaxEmptyBytes)) fail_here();
  if (static_cast<std::uint64_t>(TIFFTileSize64(tiff_)) != tile) fail_here();
  tile_.reset(new std::uint8_t[static_cast<std::size_t>(tile)]);
}

void TiffBands::read(std::uint32_t y) {
  if (by_rows_) {
    if (TIFFReadScanline(tiff_, bytes_.get(), y, 0) != 1) fail_here();
    return;
  }
  const std::uint32_t rows = std::min(height_, layout_.height - y);
  const std::uint16_t planes = layout_.separate() ? layout_.samples : 1;
  for (std::uint16_t plane = 0; plane < planes; ++plane) {
    std::uint8_t* to = bytes_.get() + plane_bytes_ * plane;
    if (tiled_) {
      read_tiles(y, rows, plane, to);
    } else {
      const auto wanted = static_cast<tmsize_t>(row_bytes_ * rows);
      if (TIFFReadEncodedStrip(tiff_, TIFFComputeStrip(tiff_, y, plane), to, wanted) != wanted) fail_here();
    }
  }
}

void TiffBands::read_tiles(std::uint32_t y, std::uint32_t rows, std::uint16_t plane, std::uint8_t* to) {
  const std::size_t tile_row = layout_.row_bytes(tile_width_);
  for (std::uint32_t x = 0; x < layout_.width; x += tile_width_) {
    if (TIFFReadTile(tiff_, tile_.get(), x, y, 0, plane) < 0) fail_here();
    const std::size_t taken = layout_.row_bytes(std::min(tile_width_, layout_.width - x));
    for (std::uint32_t row = 0; row < rows; ++row) {
      std::memcpy(to + row_bytes_ * row + layout_.row_bytes(x), tile_.get() + tile_row * row, taken);
    }
  }
}

}  // namespace impasto::IMPASTO_ABI

#endif
