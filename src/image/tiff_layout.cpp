#include "image/features.h"

#ifdef IMPASTO_HAS_TIFF

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/check.h"
#include "image/limits.h"
#include "image/tiff_layout.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Of a satellite's many channels the first three are no picture.
constexpr int kMaxSamples = 16;

// The samples after the colours: alpha only when the file says so; anything else is a mask of its program.
void find_alpha(TIFF* tiff, TiffLayout& layout) {
  std::uint16_t count = 0;
  const std::uint16_t* kinds = nullptr;
  if (!TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds)) return;
  for (int i = 0; i < count; ++i) {
    if (kinds[i] != EXTRASAMPLE_ASSOCALPHA && kinds[i] != EXTRASAMPLE_UNASSALPHA) continue;
    layout.alpha_at = layout.samples - count + i;
    layout.premultiplied = kinds[i] == EXTRASAMPLE_ASSOCALPHA;
    return;
  }
}

bool is_lab(const TiffLayout& layout) {
  const bool photometric = layout.photometric == PHOTOMETRIC_CIELAB || layout.photometric == PHOTOMETRIC_ICCLAB;
  // Some writers call the bytes of a* and b* what they are, signed.
  const bool signed_bytes = layout.format == SAMPLEFORMAT_INT && layout.photometric == PHOTOMETRIC_CIELAB;
  const bool integers = layout.format == SAMPLEFORMAT_UINT || layout.format == SAMPLEFORMAT_VOID || signed_bytes;
  return photometric && layout.samples >= 3 &&
         ((integers && (layout.bits == 8 || layout.bits == 16)) || (layout.floats() && layout.bits == 32));
}

// Grey, palettes and the like of up to 8 bits are libtiff's to unpack; what it cannot is of 9 to 16.
bool reads_samples(const TiffLayout& layout) {
  if (layout.floats()) return layout.bits == 16 || layout.bits == 32 || layout.bits == 64;
  const bool integers = layout.format == SAMPLEFORMAT_UINT || layout.format == SAMPLEFORMAT_VOID;
  return integers && layout.bits >= 8 && layout.bits <= 16;
}

std::optional<Device> device_of(TIFF* tiff, const TiffLayout& layout) {
  if (layout.lab) return Device::rgb;
  if (!reads_samples(layout)) return std::nullopt;
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
      return Device::grey;
    case PHOTOMETRIC_RGB:
      return layout.samples >= 3 ? std::optional(Device::rgb) : std::nullopt;
    case PHOTOMETRIC_SEPARATED:
      return layout.samples >= 4 && tiff_field<std::uint16_t>(tiff, TIFFTAG_INKSET, INKSET_CMYK) == INKSET_CMYK
                 ? std::optional(Device::cmyk)
                 : std::nullopt;
    default:
      return std::nullopt;
  }
}

// How many bytes one byte of a file can hold at the most; 0 when there is no bound.
std::uint64_t densest(std::uint16_t compression) {
  switch (compression) {
    case COMPRESSION_NONE:
      return 1;
    case COMPRESSION_PACKBITS:
      return 64;
    case COMPRESSION_LZW:  // 4,096 bytes in a code of 12 bits
      return 2731;
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
      return 1032;
    default:
      return 0;
  }
}

}  // namespace

TiffLayout tiff_layout(TIFF* tiff) {
  TiffLayout layout;
  layout.width = tiff_field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
  layout.height = tiff_field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
  layout.bits = tiff_field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1);
  layout.format = tiff_field<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  layout.samples = tiff_field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  layout.photometric = tiff_field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  layout.planes = tiff_field<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  layout.compression = tiff_field<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  layout.orientation = tiff_field<std::uint16_t>(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  if (layout.orientation < 1 || layout.orientation > 8) layout.orientation = ORIENTATION_TOPLEFT;
  if (layout.photometric == PHOTOMETRIC_YCBCR && layout.compression == COMPRESSION_JPEG && !layout.separate()) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    layout.photometric = PHOTOMETRIC_RGB;
  }
  layout.lab = is_lab(layout);
  layout.device = device_of(tiff, layout);
  if (layout.device) find_alpha(tiff, layout);
  return layout;
}

void check_tiff_layout(const TiffLayout& layout, std::size_t bytes, const std::string& name) {
  constexpr double kRgba = 4;  // bytes a pixel; else rows are held, or what lies in one strip or tile
  check_promise({layout.width, layout.height, bytes, layout.device ? 0.0 : kRgba}, name);
  require(layout.samples >= 1 && layout.samples <= kMaxSamples && layout.bits >= 1 && layout.bits <= 64,
          ErrorCode::input, name, " is a TIFF of ", layout.samples, " channels of ", layout.bits,
          " bits; save it as RGB of 8 or 16 bits");
  const std::uint64_t unpacked = std::uint64_t{layout.width} * layout.height * layout.samples * layout.bits / 8;
  const std::uint64_t density = densest(layout.compression);
  // Chroma of YCbCr is stored for every 16th pixel at the least.
  require(density == 0 || unpacked / density / 16 <= bytes, ErrorCode::input, name, " is a TIFF whose header promises ",
          layout.width, " x ", layout.height, " pixels, more than its ", bytes,
          " bytes can hold; copy or download it again");
  require(TIFFIsCODECConfigured(layout.compression) != 0, ErrorCode::input, name, " is a TIFF compressed in a way (",
          layout.compression, ") that this libtiff lacks; save it with deflate");
}

}  // namespace impasto::IMPASTO_ABI

#endif
