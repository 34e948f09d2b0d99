// Pictures in memory and in files: JPEG and PNG in and out, NumPy .npy in and out, resizing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace impasto {

/// An RGB picture: H x W x 3 floats, row by row from the top, channels R G B interleaved, sRGB-encoded values in 0..1.
/// Values outside 0..1 are allowed in memory and clipped when written to a file.
/// Thread safety: a plain value.
class Image {
 public:
  Image() = default;
  /// Black picture. Throws Error(input) unless width and height are 1..65535.
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

struct EncodeOptions {
  int jpeg_quality = 95;  ///< 1..100
  bool jpeg_subsampling = true;  ///< true: 4:2:0 chroma; false: 4:4:4
  Rounding rounding = Rounding::nearest;
};

/// Reads a JPEG (grey, YCbCr, RGB, CMYK, YCCK; baseline or progressive; EXIF orientation applied) or a PNG (palette,
/// grey, RGB, 8 or 16 bits, alpha composited on white). The content decides, not the file's name.
/// Throws Error(input) for a file that is missing, a directory, empty, truncated, of another kind, or larger than
/// 65,535 pixels a side or 2^28 pixels in all (checked before memory is taken).
Image load_image(const std::filesystem::path& file);
/// The same from bytes in memory; `name` is what messages call it.
Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name);

/// Writes by the name's ending: .jpg/.jpeg or .png (8 bits). Written beside the target and renamed into place, so a
/// failure leaves no partial file. Throws Error(usage) for another ending, Error(io) when the disk refuses.
void save_image(const Image& image, const std::filesystem::path& file, const EncodeOptions& options = {});

/// Bilinear, half-pixel centres, edges clamped, no antialiasing: what TensorFlow's tf.image.resize does by default.
/// Throws Error(input) for an empty picture or a size outside 1..65535.
Image resize_bilinear(const Image& image, int width, int height);

/// As above with a filter as wide as the shrinkage (triangle kernel, renormalised at edges), so that fine detail
/// averages instead of aliasing: tf.image.resize with antialias=True. Enlarging is plain bilinear.
Image resize_antialiased(const Image& image, int width, int height);

}  // namespace impasto
