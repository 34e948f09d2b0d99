// Pictures the tests of files and sizes share, and how far two of them differ.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "impasto/image.h"

namespace impasto::testing {

/// Smooth, so that JPEG keeps it closely.
inline Image gradient(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.at(x, y, 0) = static_cast<float>(x) / static_cast<float>(width);
      image.at(x, y, 1) = static_cast<float>(y) / static_cast<float>(height);
      image.at(x, y, 2) = 0.5f;
    }
  }
  return image;
}

/// Every value is a whole number of `levels`, so that a file of that many keeps it exactly.
inline Image noise(int width, int height, std::uint32_t levels, std::uint32_t seed = 1) {
  std::mt19937 random(seed);
  Image image(width, height);
  for (float& value : image.pixels()) value = static_cast<float>(random() % (levels + 1)) / static_cast<float>(levels);
  return image;
}

/// Alphas of the same kind, with 0 and 1 among them.
inline std::vector<float> noise_alpha(int width, int height, std::uint32_t levels, std::uint32_t seed = 2) {
  std::mt19937 random(seed);
  std::vector<float> alpha(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (float& value : alpha) value = static_cast<float>(random() % (levels + 1)) / static_cast<float>(levels);
  alpha.front() = 0.0f;
  alpha.back() = 1.0f;
  return alpha;
}

inline float largest_difference(std::span<const float> a, std::span<const float> b) {
  REQUIRE(a.size() == b.size());
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

inline float largest_difference(const Image& a, const Image& b) {
  REQUIRE(a.width() == b.width());
  REQUIRE(a.height() == b.height());
  return largest_difference(a.pixels(), b.pixels());
}

/// c a + (1 - a) of straight colours: what a file of them is loaded as.
inline std::vector<float> over_white(const Image& straight) {
  std::vector<float> seen(straight.pixels().begin(), straight.pixels().end());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const float a = straight.alpha().empty() ? 1.0f : straight.alpha()[i / 3];
    seen[i] = seen[i] * a + (1.0f - a);
  }
  return seen;
}

}  // namespace impasto::testing
