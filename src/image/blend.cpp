#include "image/blend.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace impasto::IMPASTO_ABI {

Image seen_on(const Image& image, float page) {
  std::vector<float> seen(image.pixels().begin(), image.pixels().end());
  const std::span<const float> alpha = image.alpha();
  const bool straight = image.alpha_use() == AlphaUse::straight;
  for (std::size_t i = 0; i < seen.size() && !alpha.empty(); ++i) {
    const float a = alpha[i / 3];
    if (a < 1.0f) seen[i] = straight ? seen[i] * a + page * (1.0f - a) : seen[i] + (page - 1.0f) * (1.0f - a);
  }
  Image opaque(image.width(), image.height(), std::move(seen));
  opaque.share_metadata(image);
  return opaque;
}

void divide_by_alpha(std::span<float> values, std::span<const float> alpha, std::size_t channels) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float a = alpha[i / channels];
    if (a > 0.0f) values[i] = std::min(values[i] / a, 1.0f);
  }
}

}  // namespace impasto::IMPASTO_ABI
