// From the rows of a file, in its own colours and as it lies, to a picture: sRGB, over white, upright.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "image/icc.h"
#include "impasto/image.h"

namespace impasto::inline v0_1 {

/// Larger profiles are passed over; those of presses have two to four MiB.
inline constexpr std::size_t kMaxProfileBytes = std::size_t{1} << 24;

/// What a decoder says of its rows before the first.
struct Raster {
  int width = 0, height = 0;  // as stored
  Device device = Device::rgb;
  bool has_alpha = false;
  std::optional<int> orientation = {};  // 1..8; unset: as the EXIF block says
  RowMap map = {};                      // to sRGB when there is no ICC profile; empty: the values are sRGB
};

class PictureBuilder {
 public:
  /// `metadata` holds the profile, EXIF and XMP as found; the picture gets them made true of it. Takes the memory of
  /// the picture: sizes must have been checked.
  PictureBuilder(Raster raster, Metadata metadata, const DecodeOptions& options);

  /// Row `y` as stored: width * channels(device) values, 0..1, and width straight alphas (null: opaque).
  void add(int y, const float* values, const float* alpha);

  Image finish();

 private:
  // Stored pixel (x, y) is the upright picture's pixel `origin + x * step_x + y * step_y`.
  struct Placement {
    bool transposed;
    std::ptrdiff_t origin, step_x, step_y;
  };
  static Placement placement(int orientation, int width, int height);
  void choose_map(const DecodeOptions& options);
  void to_srgb(const float* values);

  Raster raster_;
  Metadata metadata_;
  Placement place_{};
  Image image_;
  std::vector<float> alpha_;
  std::vector<float> row_;  // width * 3, sRGB
};

}  // namespace impasto::inline v0_1
