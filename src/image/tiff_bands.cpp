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

// What a picture at the limit takes in RGBA of 32-bit floats, or a program can address.
constexpr std::uint64_t kMaxBandBytes = std::min(16 * static_cast<std::uint64_t>(kMaxImagePixels), kMostBytes - 16);

}  // namespace

void fail_undecodable(const TiffMemory& memory, const std::string& name) {
  fail(ErrorCode::input, name, " is a TIFF that cannot be decoded (",
       *memory.message() ? memory.message() : "its data are damaged",
       "); copy it again or save it from another program");
}

TiffBands::TiffBands(const TiffMemory& memory, const TiffLayout& layout, const std::string& name)
    : memory_(memory), tiff_(memory.get()), layout_(layout), name_(name), tiled_(TIFFIsTiled(tiff_) != 0) {
  if (tiled_) {
    find_tiles();
  } else {
    height_ = tiff_field<std::uint32_t>(tiff_, TIFFTAG_ROWSPERSTRIP, layout.height);
    height_ = std::clamp(height_, 1u, layout.height);
  }
  row_bytes_ = layout.row_bytes(layout.width);
  const std::uint64_t plane = std::uint64_t{row_bytes_} * std::min(height_, layout.height);
  const std::uint64_t band = plane * (layout.separate() ? layout.samples : 1u);
  if (band > kMaxBandBytes) fail_here();
  plane_bytes_ = static_cast<std::size_t>(plane);
  bytes_.resize(static_cast<std::size_t>(band) + kTiffRowMargin);
}

void TiffBands::find_tiles() {
  tile_width_ = tiff_field<std::uint32_t>(tiff_, TIFFTAG_TILEWIDTH, 0);
  height_ = tiff_field<std::uint32_t>(tiff_, TIFFTAG_TILELENGTH, 0);
  if (tile_width_ < 1 || height_ < 1 || tile_width_ > 2u * kMaxImageSide || height_ > 2u * kMaxImageSide) fail_here();
  // A tile's columns begin at bytes of the row: widths are multiples of 16 (TIFF 6.0, section 15).
  if (std::size_t{tile_width_} * layout_.bits * layout_.plane_samples() % 8 != 0) fail_here();
  const std::uint64_t tile = std::uint64_t{layout_.row_bytes(tile_width_)} * height_;
  if (tile > kMaxBandBytes || static_cast<std::uint64_t>(TIFFTileSize64(tiff_)) != tile) fail_here();
  tile_.resize(static_cast<std::size_t>(tile));
}

void TiffBands::read(std::uint32_t y) {
  const std::uint32_t rows = std::min(height_, layout_.height - y);
  const std::uint16_t planes = layout_.separate() ? layout_.samples : 1;
  for (std::uint16_t plane = 0; plane < planes; ++plane) {
    std::uint8_t* to = bytes_.data() + plane_bytes_ * plane;
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
    if (TIFFReadTile(tiff_, tile_.data(), x, y, 0, plane) < 0) fail_here();
    const std::size_t taken = layout_.row_bytes(std::min(tile_width_, layout_.width - x));
    for (std::uint32_t row = 0; row < rows; ++row) {
      std::memcpy(to + row_bytes_ * row + layout_.row_bytes(x), tile_.data() + tile_row * row, taken);
    }
  }
}

}  // namespace impasto::IMPASTO_ABI

#endif
