// From the rows of a file, in its own colours and as it lies, to a picture: sRGB, upright, its alpha apart.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "image/colour_words.h"
#include "image/icc.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// Larger profiles are passed over; those of presses have two to four MiB.
inline constexpr std::size_t kMaxProfileBytes = std::size_t{1} << 24;

/// What a decoder says of its rows before the first.
struct Raster {
  int width = 0, height = 0;  // as stored
  Device device = Device::rgb;
  bool has_alpha = false;
  std::optional<int> orientation = {};  // 1..8; unset: as the EXIF block says
  ColourWords words = {};               // of the colours, where no profile is better
  bool is_srgb = false;                 // the rows are sRGB already, converted from the profile
  std::string profile_problem = {};     // why the file's profile could not even be read, the end of a sentence
  bool by_rows = true;                  // whole rows come, from the top: memory is taken up as they do
};

/// Pixels x, x + step, ... of row y as stored, `count` of them.
struct Run {
  int y = 0, x = 0, count = 0, step = 1;
};

class PictureBuilder {
 public:
  /// `metadata` holds the profile, EXIF and XMP as found; the picture gets them made true of it. Takes the memory of
  /// the picture, or where it is upright and comes by rows the room for it: sizes must have been checked.
  PictureBuilder(Raster raster, Metadata metadata, const DecodeOptions& options);

  /// Row `y` as stored: width * channels(device) values, 0..1, and width straight alphas (null: opaque).
  void add(int y, const float* values, const float* alpha) { add({y, 0, raster_.width, 1}, values, alpha); }
  /// The same of a run, unless rows were promised.
  void add(const Run& run, const float* values, const float* alpha);

  /// A sentence for Metadata::warnings.
  void warn(std::string sentence) { metadata_.warnings.push_back(std::move(sentence)); }
  Image finish();

 private:
  // Stored pixel (x, y) is the upright picture's pixel `origin + x * step_x + y * step_y`.
  struct Placement {
    bool transposed;
    std::ptrdiff_t origin, step_x, step_y;
  };
  static Placement placement(int orientation, int width, int height);
  void choose_map(const DecodeOptions& options);
  bool use_profile();
  void to_srgb(const float* values, std::size_t count);

  Raster raster_;
  RowMap map_;  // to sRGB; empty: the values are sRGB, or inks
  Metadata metadata_;
  Placement place_{};
  bool appends_ = false;  // whether the rows follow each other in memory as they come: pixels_ grows
  Image image_;           // where they do not
  std::vector<float> pixels_, alpha_;
  std::vector<float> row_;  // width * 3, sRGB
};

}  // namespace impasto::IMPASTO_ABI
