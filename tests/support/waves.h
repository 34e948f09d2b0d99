// A picture of slanting waves, each channel's its own way.
#pragma once

#include <cmath>

#include "impasto/image.h"

namespace impasto::testing {

inline Image waves(int width, int height, double pitch) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.at(x, y, c) = static_cast<float>(0.5 + 0.4 * std::sin(pitch * (x + (c + 1) * y) + c));
      }
    }
  }
  return image;
}

}  // namespace impasto::testing
