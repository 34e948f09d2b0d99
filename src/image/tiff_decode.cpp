#include "image/features.h"
#include "image/tiff.h"

#ifdef IMPASTO_HAS_TIFF

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <optional>

#include "base/check.h"
#include "base/sizes.h"
#include "image/exif.h"
#include "image/limits.h"
#include "image/picture_builder.h"
#include "image/tiff_memory.h"

namespace impasto::inline v0_1 {
namespace {

// Of a satellite's many channels the first three are no picture.
constexpr int kMaxSamples = 16;

// How a page lies in its file.
struct Layout {
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 1, format = SAMPLEFORMAT_UINT, samples = 1, photometric = PHOTOMETRIC_MINISBLACK;
  std::uint16_t planes = PLANARCONFIG_CONTIG, compression = COMPRESSION_NONE, orientation = ORIENTATION_TOPLEFT;
  // Of what is read as it is, sample by sample:
  std::optional<Device> device = {};
  int alpha_at = -1;  // which sample
  bool premultiplied = false;

  bool separate() const { return planes == PLANARCONFIG_SEPARATE && samples > 1; }
  std::size_t sample_bytes() const { return bits / 8u; }
  // Of a pixel within one plane.
  std::size_t pixel_bytes() const { return sample_bytes() * (separate() ? 1u : samples); }
};

template <class T>
T field(TIFF* tiff, std::uint32_t tag, T otherwise) {
  T value = otherwise;
  return TIFFGetFieldDefaulted(tiff, tag, &value) ? value : otherwise;
}

// The samples after the colours: alpha only when the file says so; anything else is a mask of its program.
void find_alpha(TIFF* tiff, Layout& layout) {
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

std::optional<Device> device_of(TIFF* tiff, const Layout& layout) {
  const bool integers = layout.format == SAMPLEFORMAT_UINT || layout.format == SAMPLEFORMAT_VOID;
  const bool good =
      integers ? layout.bits == 8 || layout.bits == 16 : layout.bits == 32 && layout.format == SAMPLEFORMAT_IEEEFP;
  if (!good) return std::nullopt;
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
      return Device::grey;
    case PHOTOMETRIC_RGB:
      return layout.samples >= 3 ? std::optional(Device::rgb) : std::nullopt;
    case PHOTOMETRIC_SEPARATED:
      return layout.samples >= 4 && field<std::uint16_t>(tiff, TIFFTAG_INKSET, INKSET_CMYK) == INKSET_CMYK
                 ? std::optional(Device::cmyk)
                 : std::nullopt;
    default:
      return std::nullopt;
  }
}

Layout layout_of(TIFF* tiff) {
  Layout layout;
  layout.width = field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
  layout.height = field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
  layout.bits = field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1);
  layout.format = field<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  layout.samples = field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  layout.photometric = field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  layout.planes = field<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  layout.compression = field<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  layout.orientation = field<std::uint16_t>(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  if (layout.orientation < 1 || layout.orientation > 8) layout.orientation = ORIENTATION_TOPLEFT;
  if (layout.photometric == PHOTOMETRIC_YCBCR && layout.compression == COMPRESSION_JPEG && !layout.separate()) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    layout.photometric = PHOTOMETRIC_RGB;
  }
  layout.device = device_of(tiff, layout);
  if (layout.device) find_alpha(tiff, layout);
  return layout;
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

void check_layout(const Layout& layout, std::size_t bytes, const std::string& name) {
  check_image_size(layout.width, layout.height, name);
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

Metadata metadata_of(TIFF* tiff, const Layout& layout, std::span<const std::uint8_t> bytes) {
  Metadata metadata;
  metadata.bits = layout.bits;
  std::uint32_t count = 0;
  const std::uint8_t* content = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &count, &content) && count <= kMaxProfileBytes) {
    metadata.icc.assign(content, content + count);
  }
  if (TIFFGetField(tiff, TIFFTAG_XMLPACKET, &count, &content) && count <= kMaxProfileBytes) {
    metadata.xmp.assign(content, content + count);
  }
  metadata.exif = exif_of_tiff(bytes);
  return metadata;
}

// Sample number `i` at `from`, 0..1; libtiff has turned it to the machine's byte order.
float sample(const std::uint8_t* from, std::uint16_t bits) {
  if (bits == 8) return static_cast<float>(*from) / 255.0f;
  if (bits == 16) {
    std::uint16_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return static_cast<float>(word) / 65535.0f;
  }
  float value = 0;
  std::memcpy(&value, from, sizeof value);
  return value;
}

[[noreturn]] void fail_undecodable(const TiffMemory& memory, const std::string& name) {
  fail(ErrorCode::input, name, " is a TIFF that cannot be decoded (",
       *memory.message() ? memory.message() : "its data are damaged",
       "); copy it again or save it from another program");
}

// What a picture at the limit takes in RGBA of 32-bit floats, or a program can address.
constexpr std::uint64_t kMaxBandBytes = std::min(16 * static_cast<std::uint64_t>(kMaxImagePixels), kMostBytes);

// A band of rows as high as the file's strips or tiles, one plane after another, bytes as stored.
class Bands {
 public:
  Bands(const TiffMemory& memory, const Layout& layout, const std::string& name)
      : memory_(memory), tiff_(memory.get()), layout_(layout), name_(name), tiled_(TIFFIsTiled(tiff_) != 0) {
    if (tiled_) {
      tile_width_ = field<std::uint32_t>(tiff_, TIFFTAG_TILEWIDTH, 0);
      height_ = field<std::uint32_t>(tiff_, TIFFTAG_TILELENGTH, 0);
      if (tile_width_ < 1 || height_ < 1 || tile_width_ > 2u * kMaxImageSide || height_ > 2u * kMaxImageSide)
        fail_here();
      const std::uint64_t tile = std::uint64_t{tile_width_} * height_ * layout.pixel_bytes();
      if (tile > kMaxBandBytes || static_cast<std::uint64_t>(TIFFTileSize64(tiff_)) != tile) fail_here();
      tile_.resize(static_cast<std::size_t>(tile));
    } else {
      height_ = field<std::uint32_t>(tiff_, TIFFTAG_ROWSPERSTRIP, layout.height);
      height_ = std::clamp(height_, 1u, layout.height);
    }
    row_bytes_ = layout.width * layout.pixel_bytes();
    const std::uint64_t plane = std::uint64_t{row_bytes_} * std::min(height_, layout.height);
    const std::uint64_t band = plane * (layout.separate() ? layout.samples : 1u);
    if (band > kMaxBandBytes) fail_here();
    plane_bytes_ = static_cast<std::size_t>(plane);
    bytes_.resize(static_cast<std::size_t>(band));
  }

  std::uint32_t height() const { return height_; }

  void read(std::uint32_t y) {
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

  // Where sample `s` of the first pixel of the band's row `y` lies.
  const std::uint8_t* at(std::uint32_t y, int s) const {
    const std::uint8_t* row = bytes_.data() + row_bytes_ * y;
    return layout_.separate() ? row + plane_bytes_ * static_cast<std::size_t>(s)
                              : row + layout_.sample_bytes() * static_cast<std::size_t>(s);
  }

 private:
  void read_tiles(std::uint32_t y, std::uint32_t rows, std::uint16_t plane, std::uint8_t* to) {
    const std::size_t tile_row = tile_width_ * layout_.pixel_bytes();
    for (std::uint32_t x = 0; x < layout_.width; x += tile_width_) {
      if (TIFFReadTile(tiff_, tile_.data(), x, y, 0, plane) < 0) fail_here();
      const std::size_t taken = std::min(tile_width_, layout_.width - x) * layout_.pixel_bytes();
      for (std::uint32_t row = 0; row < rows; ++row) {
        std::memcpy(to + row_bytes_ * row + x * layout_.pixel_bytes(), tile_.data() + tile_row * row, taken);
      }
    }
  }
  [[noreturn]] void fail_here() const { fail_undecodable(memory_, name_); }

  const TiffMemory& memory_;
  TIFF* tiff_;
  const Layout& layout_;
  const std::string& name_;
  bool tiled_;
  std::uint32_t tile_width_ = 0, height_ = 0;
  std::size_t row_bytes_ = 0, plane_bytes_ = 0;
  std::vector<std::uint8_t> bytes_, tile_;
};

// Colours that alpha was multiplied into, as they were before.
void divide_by_alpha(std::vector<float>& values, const std::vector<float>& alpha) {
  const std::size_t channels = values.size() / alpha.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float a = alpha[i / channels];
    if (a > 0.0f) values[i] = std::min(values[i] / a, 1.0f);
  }
}

Image read_samples(const TiffMemory& memory, const Layout& layout, Metadata metadata, const std::string& name,
                   const DecodeOptions& options) {
  Bands bands(memory, layout, name);
  bands.read(0);  // before memory is taken for the picture: most damage shows here
  const std::size_t count = channels(*layout.device);
  const bool has_alpha = layout.alpha_at >= static_cast<int>(count);
  PictureBuilder builder(
      {static_cast<int>(layout.width), static_cast<int>(layout.height), *layout.device, has_alpha, layout.orientation},
      std::move(metadata), options);
  std::vector<float> values(layout.width * count), alpha(has_alpha ? layout.width : 0);
  const auto take = [&](std::uint32_t band_row, int s, float* to, std::size_t step) {
    const std::uint8_t* from = bands.at(band_row, s);
    for (std::uint32_t x = 0; x < layout.width; ++x, from += layout.pixel_bytes(), to += step) {
      *to = sample(from, layout.bits);
    }
  };
  for (std::uint32_t y = 0; y < layout.height; ++y) {
    const std::uint32_t band_row = y % bands.height();
    if (band_row == 0 && y > 0) bands.read(y);
    for (std::size_t s = 0; s < count; ++s) take(band_row, static_cast<int>(s), values.data() + s, count);
    if (has_alpha) take(band_row, layout.alpha_at, alpha.data(), 1);
    const auto finite = [](float value) { return std::isfinite(value); };
    require(std::all_of(values.begin(), values.end(), finite) && std::all_of(alpha.begin(), alpha.end(), finite),
            ErrorCode::input, name, " has values in row ", y, " that are not finite numbers; save it anew");
    for (float& a : alpha) a = std::clamp(a, 0.0f, 1.0f);
    if (layout.photometric == PHOTOMETRIC_MINISWHITE) {
      for (float& value : values) value = 1.0f - value;
    }
    if (has_alpha && layout.premultiplied) divide_by_alpha(values, alpha);
    builder.add(static_cast<int>(y), values.data(), has_alpha ? alpha.data() : nullptr);
  }
  return builder.finish();
}

// Palettes, few bits, YCbCr, CIE Lab and the like, as libtiff converts them.
Image read_rgba(const TiffMemory& memory, const Layout& layout, Metadata metadata, const std::string& name,
                const DecodeOptions& options) {
  char problem[1024] = {};
  require(TIFFRGBAImageOK(memory.get(), problem) != 0, ErrorCode::input, name,
          " is a TIFF of a kind that cannot be read (", problem, "); save it as RGB of 8 or 16 bits");
  std::vector<std::uint32_t> pixels(std::size_t{layout.width} * layout.height);
  // Asked for in the order in which they lie: turning them is the builder's work.
  if (!TIFFReadRGBAImageOriented(memory.get(), layout.width, layout.height, pixels.data(), layout.orientation, 1)) {
    fail_undecodable(memory, name);
  }
  PictureBuilder builder(
      {static_cast<int>(layout.width), static_cast<int>(layout.height), Device::rgb, true, layout.orientation},
      std::move(metadata), options);
  std::vector<float> values(3 * std::size_t{layout.width}), alpha(layout.width);
  for (std::uint32_t y = 0; y < layout.height; ++y) {
    for (std::size_t x = 0; x < layout.width; ++x) {
      const std::uint32_t pixel = pixels[std::size_t{y} * layout.width + x];
      values[3 * x] = static_cast<float>(TIFFGetR(pixel)) / 255.0f;
      values[3 * x + 1] = static_cast<float>(TIFFGetG(pixel)) / 255.0f;
      values[3 * x + 2] = static_cast<float>(TIFFGetB(pixel)) / 255.0f;
      alpha[x] = static_cast<float>(TIFFGetA(pixel)) / 255.0f;
    }
    divide_by_alpha(values, alpha);
    builder.add(static_cast<int>(y), values.data(), alpha.data());
  }
  return builder.finish();
}

}  // namespace

Image decode_tiff(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options) {
  const TiffMemory memory(bytes);
  if (!memory.get()) fail_undecodable(memory, name);
  const Layout layout = layout_of(memory.get());
  check_layout(layout, bytes.size(), name);
  Metadata metadata = metadata_of(memory.get(), layout, bytes);
  return layout.device ? read_samples(memory, layout, std::move(metadata), name, options)
                       : read_rgba(memory, layout, std::move(metadata), name, options);
}

std::string tiff_library() {
  // "LIBTIFF, Version 4.5.0", then a copyright line.
  const std::string version = TIFFGetVersion();
  const std::size_t number = version.find_first_of("0123456789");
  return number == std::string::npos ? "libtiff" : "libtiff " + version.substr(number, version.find('\n') - number);
}

}  // namespace impasto::inline v0_1

#else

namespace impasto::inline v0_1 {

std::string tiff_library() { return {}; }

}  // namespace impasto::inline v0_1

#endif
