// What the camera collects, and how it becomes a picture: skylight is cleaned of its sampling noise, then developed.
#pragma once

#include <cstddef>
#include <vector>

#include "impasto/image.h"
#include "vec.h"

namespace samples {

struct Exposure {
  Vec3 light;  ///< everything but skylight on what is seen directly
  Vec3 tint;   ///< colour that multiplies the skylight
  Vec3 soft;   ///< skylight arriving, noisy
  Vec3 point, normal;
  float distance = 0;  ///< 0 for the sky
};

class Film {
 public:
  Film(int width, int height)
      : width_(width), height_(height), cells_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}
  int width() const { return width_; }
  int height() const { return height_; }
  Exposure& at(int x, int y) { return cells_[index(x, y)]; }
  const Exposure& at(int x, int y) const { return cells_[index(x, y)]; }

  impasto::Image develop() const;

 private:
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
  }
  Vec3 clean_skylight(int x, int y) const;

  int width_, height_;
  std::vector<Exposure> cells_;
};

}  // namespace samples
