// Pictures in memory and in files: JPEG and PNG in and out, resizing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace impasto {

/// Limits of a picture, read or made: 65,535 pixels a side and 2^28 pixels in all (3 GiB of floats).
inline constexpr int kMaxImageSide = 65535;
inline constexpr std::int64_t kMaxImagePixels = std::int64_t{1} << 28;

/// An RGB picture: H x W x 3 floats, row by row from the top, channels R G B interleaved, sRGB-encoded values in 0..1.
/// Values outside 0..1 are allowed in memory and clipped when written to a file.
/// Thread safety: a plain value.
class Image {
 public:
  Image() = default;
  /// Black picture. Throws Error(input) unless the size is 1 x 1 to the limits above, Error(io) when memory is short.
  Image(int width, int height);

  int width() const noexcept { return width_; }
  int height() const noexcept { return height_; }
  bool empty() const noexcept { return pixels_.empty(); }
  /// H * W * 3 values.
  std::span<float> pixels() noexcept { return pixels_; }
  std::span<const float> pixels() const noexcept { return pixels_; }
  /// Channel c (0..2) of pixel (x, y), unchecked.
  float& at(int x, int y, int c) noexcept { return pixels_[index(x, y, c)]; }
  float at(int x, int y, int c) const noexcept { return pixels_[index(x, y, c)]; }

 private:
  std::size_t index(int x, int y, int c) const noexcept {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)) * 3 +
           static_cast<std::size_t>(c);
  }
  int width_ = 0;
  int height_ = 0;
  std::vector<float> pixels_;
};

/// How a value 0..1 becomes a byte: `nearest` rounds value * 255, `truncate` cuts its fraction (the tutorial's habit).
enum class Rounding { nearest, truncate };

struct DecodeOptions {
  /// JPEG: libjpeg's quicker, coarser inverse transform (JDCT_IFAST), a few grey levels off. TensorFlow's decode_jpeg
  /// takes it by default, so it is for results that must match TensorFlow's.
  bool fast_dct = false;
};

struct EncodeOptions {
  int jpeg_quality = 95;         ///< 1..100
  bool jpeg_subsampling = true;  ///< true: 4:2:0 chroma; false: 4:4:4
  Rounding rounding = Rounding::nearest;
};

/// Reads a JPEG (grey, YCbCr, RGB, CMYK, YCCK; baseline or progressive; EXIF orientation applied) or a PNG (palette,
/// grey, RGB; 1 to 16 bits; alpha composited on white). The content decides, not the file's name. Colour profiles and
/// gamma chunks are ignored: values are taken as sRGB.
/// Throws Error(input) for a file that is missing, a directory, empty, truncated, of another kind, or larger than the
/// limits above (checked before memory is taken).
Image load_image(const std::filesystem::path& file, const DecodeOptions& options = {});
/// The same from bytes in memory; `name` is what messages call it.
Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options = {});

/// Writes by the name's ending: .jpg/.jpeg or .png (8 bits). Written beside the target and renamed into place, so a
/// failure leaves no partial file. Throws Error(usage) for another ending or a JPEG quality outside 1..100,
/// Error(input) for an empty picture or one too large for JPEG (65,500 pixels a side), Error(io) when the disk refuses.
void save_image(const Image& image, const std::filesystem::path& file, const EncodeOptions& options = {});

/// What save_image would refuse about the name, found out before hours of work: Error(usage) for an ending other than
/// .jpg, .jpeg or .png (in any case), Error(io) unless a file can be written there now. Leaves nothing behind.
void check_image_output(const std::filesystem::path& file);

/// Bilinear, half-pixel centres, edges clamped, no antialiasing: what TensorFlow's tf.image.resize does by default.
/// Throws Error(input) for an empty picture or a size outside the limits above.
Image resize_bilinear(const Image& image, int width, int height);

/// As above with a filter as wide as the shrinkage (triangle kernel, renormalised at edges), so that fine detail
/// averages instead of aliasing: tf.image.resize with antialias=True. Enlarging is plain bilinear.
Image resize_antialiased(const Image& image, int width, int height);

}  // namespace impasto
