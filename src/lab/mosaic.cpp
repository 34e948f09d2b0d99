// Maps and matrices as pictures.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "base/check.h"
#include "impasto/inspect.h"
#include "tensor/whole_arrays.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr int kLargestTile = 128;
constexpr int kGap = 2;
constexpr int kHeatSide = 512;
constexpr std::array<float, 3> kPage = {0.16F, 0.16F, 0.18F}, kDead = {0.05F, 0.08F, 0.25F};

using Colour = std::array<float, 3>;

Colour mixed(const Colour& a, const Colour& b, float share) {
  Colour c;
  for (std::size_t k = 0; k < 3; ++k) c[k] = a[k] + share * (b[k] - a[k]);
  return c;
}

// |value| that 0.1 % of the numbers are beyond.
float scale_end(std::span<const float> numbers) {
  std::vector<float> sizes;
  sizes.reserve(numbers.size());
  for (const float number : numbers) {
    if (std::isfinite(number) && number != 0) sizes.push_back(std::abs(number));
  }
  if (sizes.empty()) return 1;
  const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(sizes.size() - 1) * 0.999);
  std::nth_element(sizes.begin(), at, sizes.end());
  return *at;
}

// Not a number: magenta, wherever it stands.
Colour colour_of(float value, float end, MosaicScale scale) {
  if (!std::isfinite(value)) return {1, 0, 1};
  const float share = std::clamp(std::abs(value) / end, 0.0F, 1.0F);
  const float root = std::sqrt(share);
  if (scale == MosaicScale::values) return {root, root, root};
  return mixed({1, 1, 1}, value < 0 ? Colour{0.1F, 0.25F, 0.75F} : Colour{0.75F, 0.1F, 0.1F}, root);
}

// One channel as a picture, no side of which is above kLargestTile.
template <class Map>
Image tile_of(const Map& map, int height, int width, float end, MosaicScale scale) {
  Image tile(width, height);
  const bool dead = scale == MosaicScale::values && !xt::any(map);
  float* pixel = tile.pixels().data();
  for (const float value : map) {
    const Colour colour = dead ? kDead : colour_of(value, end, scale);
    pixel = std::copy(colour.begin(), colour.end(), pixel);
  }
  const int longer = std::max(width, height);
  if (longer <= kLargestTile) return tile;
  return resize_antialiased(tile, std::max(1, width * kLargestTile / longer),
                            std::max(1, height * kLargestTile / longer));
}

// The part of a picture that begins at (left, top).
auto part_of(Image& picture, int left, int top, int width, int height) {
  return xt::view(as_xtensor(picture), xt::range(top, top + height), xt::range(left, left + width), xt::all());
}

// One colour, to be spread over an array of pixels.
auto spread(const Colour& colour) { return xt::adapt(colour, std::array<std::size_t, 1>{3}); }

// 0..1 -> black, violet, orange, light yellow.
Colour heat(float share) {
  constexpr std::array<Colour, 4> kStops = {Colour{0, 0, 0}, {0.45F, 0.08F, 0.5F}, {0.97F, 0.5F, 0.15F}, {1, 1, 0.75F}};
  const float at = std::clamp(share, 0.0F, 1.0F) * 3;
  const auto k = static_cast<std::size_t>(std::min(at, 2.0F));
  return mixed(kStops[k], kStops[k + 1], at - static_cast<float>(k));
}

}  // namespace

Image mosaic(std::span<const float> map, int height, int width, int channels, MosaicScale scale) {
  const bool fits = height > 0 && width > 0 && channels > 0 &&
                    map.size() == static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
                                      static_cast<std::size_t>(channels);
  require(fits, ErrorCode::usage, "a mosaic of ", height, " x ", width, " x ", channels, " got ", map.size(),
          " values");
  const float end = scale_end(map);
  Image picture;
  int columns = 0;
  for (int c = 0; c < channels; ++c) {
    const Image tile = tile_of(channel(map, static_cast<std::size_t>(c), static_cast<std::size_t>(channels)), height,
                               width, end, scale);
    const int step_x = tile.width() + kGap, step_y = tile.height() + kGap;
    if (c == 0) {
      // As wide as high, or a little wider.
      columns = std::clamp(static_cast<int>(std::ceil(std::sqrt(static_cast<double>(channels) * step_y / step_x))), 1,
                           channels);
      const int rows = (channels + columns - 1) / columns;
      picture = Image(columns * step_x + kGap, rows * step_y + kGap);
      xt::noalias(part_of(picture, 0, 0, picture.width(), picture.height())) = spread(kPage);
    }
    const int left = kGap + c % columns * step_x, top = kGap + c / columns * step_y;
    xt::noalias(part_of(picture, left, top, tile.width(), tile.height())) = as_xtensor(tile);
  }
  return picture;
}

Image heat_map(std::span<const float> matrix, int side) {
  require(side > 0 && matrix.size() == static_cast<std::size_t>(side) * static_cast<std::size_t>(side),
          ErrorCode::usage, "a heat map of ", side, " x ", side, " got ", matrix.size(), " values");
  const std::array<std::size_t, 2> shape{static_cast<std::size_t>(side), static_cast<std::size_t>(side)};
  const auto entries = xt::adapt(matrix.data(), matrix.size(), xt::no_ownership(), shape);
  const float end = xt::amax(xt::where(xt::isfinite(entries), xt::abs(entries), 0.0F))();
  const int cell = std::max(1, kHeatSide / side);
  Image picture(side * cell, side * cell);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const float entry = entries(y, x);
      const Colour colour =
          std::isfinite(entry) ? heat(end > 0 ? std::sqrt(std::abs(entry) / end) : 0) : Colour{1, 0, 1};
      xt::noalias(part_of(picture, x * cell, y * cell, cell, cell)) = spread(colour);
    }
  }
  return picture;
}

}  // namespace impasto::IMPASTO_ABI
