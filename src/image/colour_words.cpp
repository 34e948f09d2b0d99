#include "image/colour_words.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>

#include "image/shaper.h"

namespace impasto::IMPASTO_ABI {

ColourWords adobe_rgb(const std::string& source) {
  static const auto shaper = std::make_shared<const Shaper>(
      [](int, double x) { return std::pow(x, 563.0 / 256); },
      primaries_to_xyz_d50({{{0.64, 0.33}, {0.21, 0.71}, {0.15, 0.06}}}, {0.3127, 0.3290}));
  return {[](const float* from, float* to, std::size_t count) { shaper->to_srgb(from, to, count); }, source};
}

RowMap of_grey(const RowMap& map) {
  return [map](const float* from, float* to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) std::fill_n(to + 3 * i, 3, from[i]);
    map(to, to, count);
  };
}

}  // namespace impasto::IMPASTO_ABI
