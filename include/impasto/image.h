// Pictures in memory and in files: JPEG, PNG, TIFF, WebP, HEIC, AVIF and JPEG XL in and out, colour profiles, metadata,
// resizing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Limits of a picture, read or made, where neither its format nor memory sets one below: 1,048,576 pixels a side and
/// 2^34 in all (192 GiB of floats).
inline constexpr int kMaxImageSide = 1 << 20;
inline constexpr std::int64_t kMaxImagePixels = std::int64_t{1} << 34;

/// Pixels per inch of paper; 0: not told.
struct Resolution {
  double x = 0, y = 0;
};

/// What a file said about its picture besides the pixels. Thread safety: a plain value.
struct Metadata {
  std::vector<std::uint8_t> icc;  ///< ICC profile of the file's colours; empty: none, or one that makes no sense
  std::vector<std::uint8_t>
      exif;  ///< EXIF as a TIFF block ("II*" or "MM"), its orientation set to 1: pixels are upright
  std::vector<std::uint8_t> xmp;   ///< XMP packet, its tiff:Orientation set to 1
  std::vector<std::uint8_t> iptc;  ///< IPTC's records (IIM)
  std::string comment;             ///< in UTF-8
  Resolution resolution;
  /// What told colours other than sRGB where no profile did, from which the pixels were converted: "cICP", "nclx",
  /// "gAMA and cHRM", "EXIF (Adobe RGB)"; or why the profile was not used. Empty: there is nothing else to know.
  std::string colours_by;
  bool icc_applied = false;  ///< whether the pixels were converted from `icc` to sRGB, or are sRGB as they were
  int bits = 8;              ///< depth of the file's samples: 1 to 16, or of floats 16, 32 or 64
  /// What reading had to guess or pass over that may show in the colours; one sentence each.
  std::vector<std::string> warnings;
};

/// What pixels() hold where the picture is not opaque. `straight`: the colours themselves, whatever their alpha a.
/// `over_white`: the colours c seen on a white page, c a + (1 - a), in sRGB-encoded values, as browsers blend.
enum class AlphaUse { straight, over_white };

/// An RGB picture: H x W x 3 floats, row by row from the top, channels R G B interleaved, sRGB-encoded values in 0..1,
/// with an optional plane of alpha, H x W floats in 0..1.
/// Values outside 0..1 are allowed in memory and clipped when written to a file: they are colours beyond sRGB, on the
/// curve that is mirrored at 0 (scRGB, IEC 61966-2-2), as a Display P3 picture has them.
/// Thread safety: a plain value.
class IMPASTO_API Image {
 public:
  Image() = default;
  /// Black picture. Throws Error(input) unless the size is 1 x 1 to the limits above, Error(io) when memory is short.
  Image(int width, int height);
  /// Takes over H * W * 3 values without copying them. Throws Error(input) for a size outside the limits above or
  /// another number of values.
  Image(int width, int height, std::vector<float>&& pixels);

  int width() const noexcept { return width_; }
  int height() const noexcept { return height_; }
  bool empty() const noexcept { return pixels_.empty(); }
  /// H * W * 3 values.
  std::span<float> pixels() noexcept { return pixels_; }
  std::span<const float> pixels() const noexcept { return pixels_; }
  /// Channel c (0..2) of pixel (x, y), unchecked.
  float& at(int x, int y, int c) noexcept { return pixels_[index(x, y, c)]; }
  float at(int x, int y, int c) const noexcept { return pixels_[index(x, y, c)]; }

  /// H * W values, 1 is opaque; empty for a picture that is opaque everywhere.
  std::span<const float> alpha() const noexcept { return alpha_; }
  AlphaUse alpha_use() const noexcept { return alpha_use_; }
  /// Changes no pixel. An empty plane makes the picture opaque; values are clipped to 0..1, NaN to 0.
  /// Throws Error(input) for any other number of values than H * W.
  void set_alpha(std::vector<float> alpha, AlphaUse use = AlphaUse::straight);

  /// Of the file the picture came from; copies of a picture share it.
  const Metadata& metadata() const noexcept;
  void set_metadata(Metadata metadata);
  /// The same metadata as `other`, without a copy.
  void share_metadata(const Image& other) noexcept { metadata_ = other.metadata_; }

 private:
  std::size_t index(int x, int y, int c) const noexcept {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)) * 3 +
           static_cast<std::size_t>(c);
  }
  int width_ = 0;
  int height_ = 0;
  std::vector<float> pixels_;
  std::vector<float> alpha_;
  AlphaUse alpha_use_ = AlphaUse::straight;
  std::shared_ptr<const Metadata> metadata_;
};

/// Gives a painting its content's alpha, resized to the painting's size, and its content's metadata. The alpha is
/// straight: the colours under half-transparent pixels are the painting's own. Throws Error(input) for an empty
/// painting.
IMPASTO_API void keep_extras(Image& painting, const Image& content);

/// How a value 0..1 becomes a byte: `nearest` rounds value * 255, `truncate` cuts its fraction (the tutorial's habit).
enum class Rounding { nearest, truncate };

struct DecodeOptions {
  /// JPEG: libjpeg's quicker, coarser inverse transform (JDCT_IFAST), a few grey levels off. TensorFlow's decode_jpeg
  /// takes it by default, so it is for results that must match TensorFlow's.
  bool fast_dct = false;
  /// Convert from the file's ICC profile, or what else tells its colours, to sRGB. false: values are taken as sRGB, as
  /// TensorFlow takes them.
  bool apply_profile = true;
  bool operator==(const DecodeOptions&) const = default;
};

/// Which colours a file holds. `srgb`: sRGB and no profile. `original`: the colours of the picture's own ICC profile,
/// which is embedded; sRGB when there is none, or when it is not a profile of RGB that can be converted to and that the
/// format's library takes.
enum class FileColour { srgb, original };

struct EncodeOptions {
  int jpeg_quality = 95;                  ///< 1..100
  bool jpeg_subsampling = true;           ///< true: 4:2:0 chroma; false: 4:4:4; of HEIC and AVIF too, unless lossless
  Rounding rounding = Rounding::nearest;  ///< of 8 bits; 16 are always rounded to the nearest
  int bits = 8;           ///< a sample: 8, or 16 for PNG, TIFF and JPEG XL, 12 for HEIC and AVIF, 10 for HEIC
  int webp_quality = 90;  ///< 0..100; 100: lossless; of HEIC, AVIF and JPEG XL too
  FileColour colour = FileColour::srgb;
  /// Write the picture's EXIF and XMP, made true of the new file, IPTC, comment and resolution, where the format has a
  /// place for them: WebP, HEIC, AVIF and JPEG XL have none for the last three, JPEG none for a part above 64 KiB,
  /// which a warning then says.
  bool keep_metadata = true;
  bool operator==(const EncodeOptions&) const = default;
};

/// Reads a JPEG (grey, YCbCr, RGB, CMYK, YCCK; baseline or progressive), a PNG (palette, grey, RGB; 1 to 16 bits), a
/// TIFF (grey, RGB, CMYK of 8 to 16 bits or floats of 16, 32 or 64; CIE L*a*b*; what else libtiff turns into RGBA;
/// first page), a WebP (of an animation the first frame), a HEIC, an AVIF or a JPEG XL (one picture of 8 to 16 bits).
/// The content decides, not the file's name. EXIF orientation is applied, or the file's own in HEIF and JPEG XL; the
/// colours become sRGB, from an ICC profile, a PNG's cICP, gAMA and cHRM, HEIF's nclx, or Adobe RGB that EXIF tells;
/// alpha is kept aside and the colours under it stay what they are (AlphaUse::straight). A profile that is broken or
/// does not belong to the picture is passed over with a warning (Metadata::warnings), and so are an end mark that is
/// missing behind complete pixels and further pictures in a JPEG (gain maps, MPO). Throws Error(input) for a file that
/// is missing, a directory, empty, truncated, of another kind, of a kind that this build cannot read, a raw photograph,
/// a sequence of pictures in HEIF or JPEG XL, HDR (PQ or HLG), or larger than the limits above or than its bytes can
/// tell of; Error(io) where less memory is free than it takes (all of this checked before memory is taken).
IMPASTO_API Image load_image(const std::filesystem::path& file, const DecodeOptions& options = {});
/// The same from bytes in memory; `name` is what messages call it.
IMPASTO_API Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name,
                               const DecodeOptions& options = {});

/// A file's bytes in memory; `name` decides the format by its ending and is what messages call the picture. What the
/// options ask for and the format's library refuses is left out; `warnings`, unless it is null, gets a sentence for
/// each. Throws as save_image, but for the disk.
IMPASTO_API std::vector<std::uint8_t> encode_image(const Image& image, const std::string& name,
                                                   const EncodeOptions& options = {},
                                                   std::vector<std::string>* warnings = nullptr);

/// Writes by the name's ending: .jpg/.jpeg, .png, .tif/.tiff, .webp, .heic/.heif, .avif or .jxl, with alpha where there
/// is some, composited on white in a JPEG. Written beside the target and renamed into place, so a failure leaves no
/// partial file. Throws Error(usage) for what check_image_output refuses, Error(input) for an empty picture or one too
/// large for the format (JPEG ends at 65,500 pixels a side, WebP at 16,383, HEIC at 16,384, AVIF at 32,768), Error(io)
/// when the disk refuses. A TIFF that may have more than 4 GiB becomes a BigTIFF. `warnings` as for encode_image.
IMPASTO_API void save_image(const Image& image, const std::filesystem::path& file, const EncodeOptions& options = {},
                            std::vector<std::string>* warnings = nullptr);

/// What save_image would refuse about the name and the options, found out before hours of work: Error(usage) for an
/// ending other than those (in any case) or of a format that this build or this machine cannot write, for a quality out
/// of range, or for a depth that the format does not hold; Error(io) unless a file can be written there now. Leaves
/// nothing behind.
IMPASTO_API void check_image_output(const std::filesystem::path& file, const EncodeOptions& options = {});

/// What save_image would refuse about the size, found out before hours of work: throws Error(input) for a picture too
/// large for the format of the name's ending. An ending that is no format's has no limit.
IMPASTO_API void check_image_fits(const std::filesystem::path& file, int width, int height);

/// One line for each picture format and for colour profiles, with the library behind it or that this build lacks it:
/// "TIFF: libtiff 4.5.0", "WebP: not in this build (libwebp)".
IMPASTO_API std::vector<std::string> image_formats();

/// Bilinear, half-pixel centres, edges clamped, no antialiasing: what TensorFlow's tf.image.resize does by default.
/// Throws Error(input) for an empty picture or a size outside the limits above. Alpha and metadata come along, here
/// and below.
IMPASTO_API Image resize_bilinear(const Image& image, int width, int height);

/// As above with a filter as wide as the shrinkage (triangle kernel, renormalised at edges), so that fine detail
/// averages instead of aliasing: tf.image.resize with antialias=True. Enlarging is plain bilinear.
IMPASTO_API Image resize_antialiased(const Image& image, int width, int height);

/// `bilinear` and `triangle`: the two above. `area`: the mean of the pixels under the new pixel, by the share of it
/// that they cover. `lanczos3`: sinc(x) sinc(x / 3), |x| < 3, as wide as the shrinkage, the sharpest; it overshoots at
/// edges, so the result is clipped to 0..1 or what the picture reaches beyond.
enum class Filter { bilinear, triangle, area, lanczos3 };

struct ResizeOptions {
  Filter filter = Filter::lanczos3;
  /// Average light instead of sRGB-encoded values, so that fine light and dark detail keeps its brightness.
  /// Not for colours over white (AlphaUse): they were blended in encoded values.
  bool linear_light = false;
  bool operator==(const ResizeOptions&) const = default;
};

IMPASTO_API Image resize(const Image& image, int width, int height, const ResizeOptions& options = {});

}  // namespace impasto::IMPASTO_ABI
