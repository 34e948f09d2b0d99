// Picture values <-> the units the optimiser works in.
#include "model/picture_units.h"

#include <cstddef>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/ranges.h"
#include "image/blend.h"
#include "impasto/stylise.h"
#include "model/network_weights.h"

namespace impasto::IMPASTO_ABI {

void normalise(const Image& image, float* to, const Context& context) {
  const Image seen = image.alpha().empty() ? Image() : seen_on(image, 1.0F);
  const std::span<const float> pixels = seen.empty() ? image.pixels() : seen.pixels();
  for_ranges(context, static_cast<Index>(pixels.size() / 3), [&](Index begin, Index end) {
    for (Index i = 3 * begin; i < 3 * end; i += 3) {
      for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t at = static_cast<std::size_t>(i) + c;
        to[at] = (pixels[at] - static_cast<float>(kRgbMean[c])) / static_cast<float>(kRgbDeviation[c]);
      }
    }
  });
}

std::vector<float> normalise(const Image& image) {
  std::vector<float> values(image.pixels().size());
  normalise(image, values.data(), Context(1, SimdTarget::baseline));
  return values;
}

Image denormalise(std::span<const float> values, int width, int height) {
  Image image(width, height);
  require(values.size() == image.pixels().size(), ErrorCode::input, "got ", values.size(), " values for a picture of ",
          width, " x ", height, " pixels; wanted ", image.pixels().size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    image.pixels()[i] = values[i] * static_cast<float>(kRgbDeviation[i % 3]) + static_cast<float>(kRgbMean[i % 3]);
  }
  return image;
}

}  // namespace impasto::IMPASTO_ABI
