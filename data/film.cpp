#include "film.h"

#include <algorithm>
#include <cmath>

namespace samples {
namespace {

constexpr int kReach = 4;  // pixels; the filter is 9 x 9
constexpr float kExposure = 0.56f;

// Soft shoulder (Narkowicz' fit of the ACES curve), then the sRGB transfer.
float tone(float v) {
  v = std::max(0.0f, v * kExposure);
  const float film = clamp01(v * (2.51f * v + 0.03f) / (v * (2.43f * v + 0.59f) + 0.14f));
  return film <= 0.0031308f ? 12.92f * film : 1.055f * std::pow(film, 1 / 2.4f) - 0.055f;
}

}  // namespace

// The mean over neighbours that lie on the same plane and face the same way.
Vec3 Film::clean_skylight(int x, int y) const {
  const Exposure& here = at(x, y);
  const float tolerance = 0.06f + 0.004f * here.distance;
  Vec3 sum;
  float total = 0;
  for (int v = std::max(0, y - kReach); v <= std::min(height_ - 1, y + kReach); ++v) {
    for (int u = std::max(0, x - kReach); u <= std::min(width_ - 1, x + kReach); ++u) {
      const Exposure& there = at(u, v);
      if (there.distance <= 0) continue;
      const float alike = std::max(0.0f, dot(here.normal, there.normal));
      const float apart = std::fabs(dot(there.point - here.point, here.normal)) / tolerance;
      const float near = static_cast<float>((u - x) * (u - x) + (v - y) * (v - y)) / (kReach * kReach);
      const float weight =
          alike * alike * alike * alike / ((1 + apart * apart * apart * apart) * (1 + 2 * near)) + 1e-6f;
      sum += there.soft * weight;
      total += weight;
    }
  }
  return total > 0 ? sum * (1 / total) : here.soft;
}

impasto::Image Film::develop() const {
  impasto::Image picture(width_, height_);
  for (int y = 0; y < height_; ++y) {
    for (int x = 0; x < width_; ++x) {
      const Exposure& e = at(x, y);
      Vec3 light = e.light;
      if (e.distance > 0) light += e.tint * clean_skylight(x, y);
      // Grain of 1.2 %, and corners darker by 14 % as a lens gives them.
      const float dx = static_cast<float>(x) / static_cast<float>(width_) - 0.5f;
      const float dy = static_cast<float>(y) / static_cast<float>(height_) - 0.5f;
      light = light * (1 - 0.28f * (dx * dx + dy * dy)) * (1 + 0.024f * (hash_unit(x, y, 99) - 0.5f));
      const float grey = luminance(light);
      light = mix({grey, grey, grey}, light, 1.04f);
      picture.at(x, y, 0) = tone(light.x);
      picture.at(x, y, 1) = tone(light.y);
      picture.at(x, y, 2) = tone(light.z);
    }
  }
  return picture;
}

}  // namespace samples
