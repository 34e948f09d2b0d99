#include "canvas.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace samples {
namespace {

constexpr float kUntouched = 1e9f;
const Vec3 kLamp = normalize({-0.55f, -0.62f, 0.56f});  // x right, y down, z towards the viewer

// Weave of the linen, in units of paint thickness.
float weave(int x, int y) {
  return 0.06f * (std::sin(static_cast<float>(x) * 1.15f) + std::sin(static_cast<float>(y) * 1.15f));
}

}  // namespace

Canvas::Canvas(int width, int height, int scale, Vec3 ground)
    : width_(width * scale),
      height_(height * scale),
      scale_(scale),
      colour_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_), ground),
      height_map_(colour_.size()),
      touches_(colour_.size(), Touch{0, 0, kUntouched}) {
  for (int y = 0; y < height_; ++y) {
    for (int x = 0; x < width_; ++x) height_map_[index(x, y)] = weave(x, y);
  }
}

Vec3 Canvas::colour_at(Point p) const {
  const int x = std::clamp(static_cast<int>(p.x * static_cast<float>(scale_)), 0, width_ - 1);
  const int y = std::clamp(static_cast<int>(p.y * static_cast<float>(scale_)), 0, height_ - 1);
  return colour_[index(x, y)];
}

void Canvas::paint(const Stroke& stroke) {
  if (stroke.path.size() < 2) return;
  const float s = static_cast<float>(scale_), half = stroke.width * 0.5f * s, margin = half + 1;
  float left = 1e9f, right = -1e9f, top = 1e9f, bottom = -1e9f, length = 0;
  for (std::size_t k = 0; k < stroke.path.size(); ++k) {
    const Point p{stroke.path[k].x * s, stroke.path[k].y * s};
    left = std::min(left, p.x), right = std::max(right, p.x);
    top = std::min(top, p.y), bottom = std::max(bottom, p.y);
    if (k > 0) length += s * distance(stroke.path[k].x - stroke.path[k - 1].x, stroke.path[k].y - stroke.path[k - 1].y);
  }
  const auto cell = [](float v, int limit) { return std::clamp(floor_int(v), 0, limit - 1); };
  float done = 0;
  for (std::size_t k = 1; k < stroke.path.size(); ++k) {
    const Point a{stroke.path[k - 1].x * s, stroke.path[k - 1].y * s}, b{stroke.path[k].x * s, stroke.path[k].y * s};
    const float dx = b.x - a.x, dy = b.y - a.y, part = std::max(distance(dx, dy), 1e-3f);
    if (std::max(a.y, b.y) + margin >= 0 && std::max(a.x, b.x) + margin >= 0) {
      const int y1 = cell(std::max(a.y, b.y) + margin, height_), x1 = cell(std::max(a.x, b.x) + margin, width_);
      for (int y = cell(std::min(a.y, b.y) - margin, height_); y <= y1; ++y) {
        for (int x = cell(std::min(a.x, b.x) - margin, width_); x <= x1; ++x) {
          const float px = static_cast<float>(x) + 0.5f - a.x, py = static_cast<float>(y) + 0.5f - a.y;
          const float t = clamp01((px * dx + py * dy) / (part * part));
          const float qx = px - t * dx, qy = py - t * dy, square = qx * qx + qy * qy;
          Touch& touch = touches_[index(x, y)];
          if (square > half * half || square >= touch.square) continue;
          const float side = px * dy - py * dx > 0 ? 1.0f : -1.0f;
          touch = {(done + t * part) / length, side * std::sqrt(square) / half, square};
        }
      }
    }
    done += part;
  }
  const int y1 = cell(bottom + margin, height_), x1 = cell(right + margin, width_);
  for (int y = cell(top - margin, height_); y <= y1; ++y) {
    for (int x = cell(left - margin, width_); x <= x1; ++x) {
      Touch& touch = touches_[index(x, y)];
      if (touch.square >= kUntouched) continue;
      lay(stroke, index(x, y), touch, length, half);
      touch.square = kUntouched;
    }
  }
}

// Bristles: noise fine across the stroke and long along it. Edges push up a ridge; the end runs dry and streaky.
void Canvas::lay(const Stroke& stroke, std::size_t cell, const Touch& touch, float length, float half) {
  const float hairs = touch.across * half * 0.62f;
  const float hair = noise(hairs, touch.along * length * 0.022f, stroke.seed);
  const float fine = noise(hairs * 2.3f, touch.along * length * 0.05f, stroke.seed + 1);
  // The wavering edge; inside 0.6 it makes no difference.
  const bool rim = std::fabs(touch.across) > 0.6f;
  const float wobble =
      rim ? 0.86f + 0.14f * noise(touch.along * length * 0.05f, touch.across > 0 ? 3.0f : 7.0f, stroke.seed + 2) : 1.0f;
  const float edge = std::fabs(touch.across) / wobble;
  const float taper = 1 - 0.9f * smooth_step(0.86f, 1.0f, touch.along);
  float cover = smooth_step(1.0f, 0.86f, edge) *
                clamp01(taper * 2.2f - (1 - hair) * (touch.along > 0.7f ? 0.9f : 0.2f) * (1 - taper) + 0.1f);
  cover *= 1 - smooth_step(0.55f, 1.0f, touch.along) * smooth_step(0.55f, 0.75f, hair) * 0.7f;
  if (cover <= 0.01f) return;
  const float streak = smooth_step(0.50f, 0.74f, hair);
  Vec3 colour = mix(stroke.colour, stroke.second, 0.62f * streak);
  colour = colour * (0.90f + 0.20f * fine);
  colour_[cell] = mix(colour_[cell], colour, cover);
  const float ridge = smooth_step(0.55f, 0.85f, edge) * smooth_step(1.0f, 0.9f, edge);
  const float furrow = 0.55f * hair + 0.30f * fine;
  const float load = stroke.body * (0.45f + furrow + 0.5f * ridge) * (1.1f - 0.5f * touch.along);
  height_map_[cell] = mix(height_map_[cell], 0.45f * height_map_[cell] + load, cover);
}

Vec3 Canvas::lit(int x, int y) const {
  const auto level = [&](int u, int v) {
    return height_map_[index(std::clamp(u, 0, width_ - 1), std::clamp(v, 0, height_ - 1))];
  };
  constexpr float kRelief = 0.70f;  // cells of height per unit of paint
  const Vec3 n =
      normalize({-(level(x + 1, y) - level(x - 1, y)) * kRelief, -(level(x, y + 1) - level(x, y - 1)) * kRelief, 1});
  // Flat paint keeps its colour; slopes gain or lose, and wet ridges glint.
  const float diffuse = 1 + 0.70f * (dot(n, kLamp) - kLamp.z);
  const Vec3 halfway = normalize(kLamp + Vec3{0, 0, 1});
  const float glint = std::pow(std::max(0.0f, dot(n, halfway)), 48.0f);
  static const float flat = std::pow(halfway.z, 48.0f);
  const float shine = 0.26f * std::max(0.0f, glint - flat);
  return colour_[index(x, y)] * diffuse + Vec3{1.0f, 0.98f, 0.92f} * shine;
}

impasto::Image Canvas::varnish() const {
  impasto::Image picture(width_ / scale_, height_ / scale_);
  const float share = 1.0f / static_cast<float>(scale_ * scale_);
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) {
      Vec3 sum;
      for (int k = 0; k < scale_ * scale_; ++k) sum += lit(x * scale_ + k % scale_, y * scale_ + k / scale_);
      picture.at(x, y, 0) = clamp01(sum.x * share);
      picture.at(x, y, 1) = clamp01(sum.y * share);
      picture.at(x, y, 2) = clamp01(sum.z * share);
    }
  }
  return picture;
}

}  // namespace samples
