#include "image/picture_builder.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "image/colour_words.h"
#include "image/exif.h"
#include "image/icc.h"
#include "image/limits.h"
#include "image/xmp.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Inks to light, where no profile tells better: R = (1 - C)(1 - K).
void inks_to_rgb(const float* from, float* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i, from += 4, to += 3) {
    for (std::size_t c = 0; c < 3; ++c) to[c] = (1.0f - from[c]) * (1.0f - from[3]);
  }
}

void grey_to_rgb(const float* from, float* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i, to += 3) std::fill(to, to + 3, from[i]);
}

}  // namespace

PictureBuilder::Placement PictureBuilder::placement(int orientation, int width, int height) {
  struct Turn {
    bool transposed, flip_x, flip_y;
  };
  // By EXIF value 1..8: which way the stored x and y axes run in the upright picture.
  constexpr Turn turns[8] = {{false, false, false}, {false, true, false}, {false, true, true}, {false, false, true},
                             {true, false, false},  {true, false, true},  {true, true, true},  {true, true, false}};
  const Turn turn = turns[orientation - 1];
  const std::ptrdiff_t row = turn.transposed ? height : width;
  std::ptrdiff_t step_x = turn.transposed ? row : 1;
  std::ptrdiff_t step_y = turn.transposed ? 1 : row;
  std::ptrdiff_t origin = 0;
  if (turn.flip_x) origin += step_x * (width - 1), step_x = -step_x;
  if (turn.flip_y) origin += step_y * (height - 1), step_y = -step_y;
  return {turn.transposed, origin, step_x, step_y};
}

PictureBuilder::PictureBuilder(Raster raster, Metadata metadata, const DecodeOptions& options)
    : raster_(std::move(raster)), metadata_(std::move(metadata)) {
  drop_exif_signature(metadata_.exif);
  choose_map(options);
  const int orientation = raster_.orientation.value_or(exif_orientation(metadata_.exif));
  reset_exif_orientation(metadata_.exif);
  reset_xmp_orientation(metadata_.xmp);
  if (!(metadata_.resolution.x > 0)) metadata_.resolution = exif_resolution(metadata_.exif);
  place_ = placement(orientation, raster_.width, raster_.height);
  const int width = place_.transposed ? raster_.height : raster_.width;
  const int height = place_.transposed ? raster_.width : raster_.height;
  appends_ = raster_.by_rows && orientation == 1;
  const std::size_t alphas = raster_.has_alpha ? static_cast<std::size_t>(width) * static_cast<std::size_t>(height) : 0;
  if (appends_) {
    pixels_ = room_for_pixels(width, height);
    alpha_.reserve(alphas);
  } else {
    image_ = Image(width, height);
    alpha_.resize(alphas);
  }
  row_.resize(static_cast<std::size_t>(raster_.width) * 3);
}

void PictureBuilder::choose_map(const DecodeOptions& options) {
  if (raster_.is_srgb) {  // the profile is for the way back only
    if (!use_profile()) metadata_.icc.clear();
    if (!raster_.profile_problem.empty()) warn("the colour profile is not kept, because " + raster_.profile_problem);
    map_ = {};
    return;
  }
  if (!options.apply_profile) return;
  ColourWords& words = raster_.words;
  if (words.source.empty() && raster_.device == Device::rgb && exif_says_adobe_rgb(metadata_.exif)) {
    words = adobe_rgb("EXIF (Adobe RGB)");
  }
  if (words.overrules_profile) {
    metadata_.icc.clear();
    raster_.profile_problem.clear();
  }
  if (use_profile()) return;
  // A profile that this build cannot read still belongs to the values, and goes back with them.
  if (words.map && metadata_.icc.empty() && raster_.device != Device::cmyk) {
    map_ = raster_.device == Device::grey ? of_grey(words.map) : words.map;
    metadata_.colours_by = words.source;
  }
  const std::string taken = "; colours are taken " + (map_ ? "as " + words.source + " tells" : std::string("as sRGB"));
  if (!raster_.profile_problem.empty()) {
    warn("the colour profile was not used, because " + raster_.profile_problem + taken);
    if (!map_) metadata_.colours_by = "an unusable profile";
  }
  if (!words.problem.empty()) warn(words.problem + taken);
}

// False, with profile_problem where there is one.
bool PictureBuilder::use_profile() {
  if (metadata_.icc.empty()) return false;
  IccReading reading = read_icc(metadata_.icc, raster_.device);
  if (reading.kind == IccReading::Kind::broken) metadata_.icc.clear();
  metadata_.icc_applied = reading.kind == IccReading::Kind::srgb || reading.kind == IccReading::Kind::mapped;
  raster_.profile_problem = std::move(reading.problem);
  map_ = std::move(reading.map);
  return metadata_.icc_applied;
}

void PictureBuilder::to_srgb(const float* values, std::size_t count) {
  if (map_) {
    map_(values, row_.data(), count);
  } else if (raster_.device == Device::cmyk) {
    inks_to_rgb(values, row_.data(), count);
  } else if (raster_.device == Device::grey) {
    grey_to_rgb(values, row_.data(), count);
  } else {
    std::copy(values, values + 3 * count, row_.data());
  }
}

void PictureBuilder::add(const Run& run, const float* values, const float* alpha) {
  const auto count = static_cast<std::size_t>(run.count);
  to_srgb(values, count);
  const float* from = row_.data();
  if (appends_) {
    pixels_.insert(pixels_.end(), from, from + 3 * count);
    if (raster_.has_alpha && alpha) alpha_.insert(alpha_.end(), alpha, alpha + count);
    if (raster_.has_alpha && !alpha) alpha_.insert(alpha_.end(), count, 1.0f);
    return;
  }
  const std::ptrdiff_t start = place_.origin + run.y * place_.step_y + run.x * place_.step_x;
  const std::ptrdiff_t step = run.step * place_.step_x;
  float* to = image_.pixels().data() + 3 * start;
  for (std::size_t i = 0; i < count; ++i, from += 3, to += 3 * step) std::copy(from, from + 3, to);
  if (!raster_.has_alpha) return;
  for (std::ptrdiff_t i = 0; i < run.count; ++i) {
    alpha_[static_cast<std::size_t>(start + i * step)] = alpha ? alpha[i] : 1.0f;
  }
}

Image PictureBuilder::finish() {
  const bool opaque = std::all_of(alpha_.begin(), alpha_.end(), [](float a) { return a == 1.0f; });
  if (appends_) image_ = Image(raster_.width, raster_.height, std::move(pixels_));
  if (!opaque) image_.set_alpha(std::move(alpha_));
  image_.set_metadata(std::move(metadata_));
  return std::move(image_);
}

}  // namespace impasto::IMPASTO_ABI
