#include "image/picture_builder.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

#include "base/check.h"
#include "image/exif.h"

namespace impasto::inline v0_1 {
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
  choose_map(options);
  const int orientation = raster_.orientation.value_or(exif_orientation(metadata_.exif));
  reset_exif_orientation(metadata_.exif);
  reset_xmp_orientation(metadata_.xmp);
  place_ = placement(orientation, raster_.width, raster_.height);
  const int width = place_.transposed ? raster_.height : raster_.width;
  const int height = place_.transposed ? raster_.width : raster_.height;
  image_ = Image(width, height);
  if (raster_.has_alpha)
    alpha_ = std::vector<float>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  row_.resize(static_cast<std::size_t>(raster_.width) * 3);
}

void PictureBuilder::choose_map(const DecodeOptions& options) {
  if (!options.apply_profile) raster_.map = {};
  if (metadata_.icc.empty() || !options.apply_profile) return;
  raster_.map = {};
  IccReading reading = read_icc(metadata_.icc, raster_.device);
  switch (reading.kind) {
    case IccReading::Kind::srgb:
      metadata_.icc_applied = true;
      return;
    case IccReading::Kind::mapped:
      metadata_.icc_applied = true;
      raster_.map = std::move(reading.map);
      return;
    case IccReading::Kind::broken:
      metadata_.icc.clear();
      [[fallthrough]];
    case IccReading::Kind::unread:
      metadata_.warnings.push_back("the colour profile was not used, because " + reading.problem +
                                   "; colours are taken as sRGB");
  }
}

void PictureBuilder::to_srgb(const float* values) {
  const auto count = static_cast<std::size_t>(raster_.width);
  if (raster_.map) {
    raster_.map(values, row_.data(), count);
  } else if (raster_.device == Device::cmyk) {
    inks_to_rgb(values, row_.data(), count);
  } else if (raster_.device == Device::grey) {
    grey_to_rgb(values, row_.data(), count);
  } else {
    std::copy(values, values + 3 * count, row_.data());
  }
}

void PictureBuilder::add(int y, const float* values, const float* alpha) {
  to_srgb(values);
  const std::ptrdiff_t start = place_.origin + y * place_.step_y;
  float* to = image_.pixels().data() + 3 * start;
  const float* from = row_.data();
  for (int x = 0; x < raster_.width; ++x, from += 3, to += 3 * place_.step_x) {
    const float a = alpha ? alpha[x] : 1.0f;
    for (int c = 0; c < 3; ++c) to[c] = a == 1.0f ? from[c] : from[c] * a + (1.0f - a);
  }
  if (!raster_.has_alpha) return;
  for (int x = 0; x < raster_.width; ++x) {
    alpha_[static_cast<std::size_t>(start + x * place_.step_x)] = alpha ? alpha[x] : 1.0f;
  }
}

Image PictureBuilder::finish() {
  const bool opaque = std::all_of(alpha_.begin(), alpha_.end(), [](float a) { return a == 1.0f; });
  if (!opaque) image_.set_alpha(std::move(alpha_), AlphaUse::over_white);
  image_.set_metadata(std::move(metadata_));
  return std::move(image_);
}

}  // namespace impasto::inline v0_1
