// Picture values <-> the units the optimiser works in.
#include <cstddef>
#include <span>
#include <vector>

#include "base/check.h"
#include "image/blend.h"
#include "impasto/stylise.h"
#include "model/network_weights.h"

namespace impasto::IMPASTO_ABI {

std::vector<float> normalise(const Image& image) {
  const Image seen = image.alpha().empty() ? Image() : seen_on(image, 1.0F);
  const std::span<const float> pixels = seen.empty() ? image.pixels() : seen.pixels();
  std::vector<float> values(pixels.begin(), pixels.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = (values[i] - static_cast<float>(kRgbMean[i % 3])) / static_cast<float>(kRgbDeviation[i % 3]);
  }
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
