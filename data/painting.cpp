// The style picture: broad strokes first, finer ones over them, then what only a small brush can say.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "canvas.h"
#include "motif.h"
#include "pictures.h"

namespace samples {
namespace {

constexpr float kStep = 4;  // pixels between points of a path

struct Layer {
  float width, length, spacing, detail, body;
};
constexpr std::array<Layer, 4> kLayers{{{28, 130, 20, 0.0f, 0.8f},
                                        {15, 95, 9.5f, 0.4f, 1.0f},
                                        {9.5f, 64, 7.0f, 0.75f, 1.2f},
                                        {6.0f, 40, 8.5f, 1.0f, 1.4f}}};

// Follows the flow both ways from a point and stops where the subject changes.
std::vector<Point> follow(Point start, float length, float step) {
  const Subject subject = subject_at(start);
  const auto alike = [&](Point p) {
    const Subject other = subject_at(p);
    const auto airy = [](Subject s) { return s == Subject::sky || s == Subject::disc; };
    return other == subject || (airy(other) && airy(subject));
  };
  const auto walk = [&](float sign) {
    std::vector<Point> path;
    Point p = start;
    Point last = flow_at(p);
    for (float done = 0; done < length * 0.5f; done += step) {
      const Point v = flow_at(p);
      if (v.x * last.x + v.y * last.y < 0) break;
      last = v;
      p = {p.x + sign * step * v.x, p.y + sign * step * v.y};
      if (!alike(p)) break;
      path.push_back(p);
    }
    return path;
  };
  std::vector<Point> back = walk(-1), ahead = walk(1);
  std::vector<Point> path(back.rbegin(), back.rend());
  path.push_back(start);
  path.insert(path.end(), ahead.begin(), ahead.end());
  return path;
}

Stroke stroke_at(Point p, const Layer& layer, int seed) {
  Dice dice(seed);
  const Paint paint = paint_at(p, layer.detail, dice);
  const Subject subject = subject_at(p);
  // Small subjects take a smaller brush.
  const bool small = subject == Subject::poplar || subject == Subject::hill || subject == Subject::far_hill ||
                     subject == Subject::water;
  const float fit = small ? 0.72f : 1.0f;
  Stroke s;
  s.path = follow(p, layer.length * fit * dice.between(0.6f, 1.25f), std::max(kStep, layer.width * 0.33f));
  s.width = layer.width * fit * dice.between(0.75f, 1.2f);
  s.colour = paint.colour * dice.between(0.90f, 1.08f);
  s.second = paint.second;
  s.body = layer.body * (0.75f + 0.6f * luminance(paint.colour));
  s.seed = seed;
  if (dice.chance(0.3f)) std::reverse(s.path.begin(), s.path.end());
  return s;
}

// Strokes start on a Kronecker sequence (plastic number): even cover in an order without direction.
void cover(Canvas& canvas, const Layer& layer, int seed) {
  constexpr float kMargin = 20;
  const float width = kWidth + 2 * kMargin, height = kHeight + 2 * kMargin;
  const int count = static_cast<int>(width * height / (layer.spacing * layer.spacing));
  for (int k = 0; k < count; ++k) {
    const double n = static_cast<double>(k) + 0.5;
    const double u = n * 0.7548776662466927, v = n * 0.5698402909980532;
    const Point p{width * static_cast<float>(u - std::floor(u)) - kMargin,
                  height * static_cast<float>(v - std::floor(v)) - kMargin};
    canvas.paint(stroke_at(p, layer, seed + k));
  }
}

// Rings of short arcs, the outer first so that the body lies on top. The halo's rings part and break up outwards.
void paint_disc(Canvas& canvas, const Disc& d, int seed) {
  Dice dice(seed);
  const float brush = 4.0f + d.radius * 0.07f;
  int number = 0;
  for (float r = d.halo; r > 1;) {
    const bool body = r < d.radius;
    const float out = body ? 0.0f : (r - d.radius) / (d.halo - d.radius);
    r -= brush * (body ? 0.72f : mix(0.72f, 1.5f, out));
    const float arc = body ? dice.between(0.9f, 1.5f) : std::min(1.0f, dice.between(26, 44) / std::max(r, 1.0f));
    for (float turn = dice.unit(); turn < 2 * kPi + 0.2f; turn += arc * mix(0.9f, 1.3f, out)) {
      const float ring = std::max(1.0f, r + dice.bell() * brush * mix(0.25f, 0.6f, out));
      if (dice.chance(0.75f * out * out)) continue;
      Stroke s;
      for (float a = turn; a <= turn + arc; a += std::min(0.4f, kStep / ring)) {
        s.path.push_back({d.centre.x + ring * std::cos(a), d.centre.y + ring * std::sin(a)});
      }
      const Subject below = subject_at(s.path[s.path.size() / 2]);
      if (below != Subject::disc && below != Subject::sky) continue;
      const Paint paint = disc_paint(d, ring, dice);
      s.colour = paint.colour, s.second = paint.second;
      s.width = brush * dice.between(0.8f, 1.25f) * mix(1.0f, 0.75f, out);
      s.body = body ? 2.0f : 1.5f;
      s.seed = seed * 1000 + number++;
      canvas.paint(s);
    }
  }
}

// Flame-like strokes from the foot up, leaning outwards near the edge.
void paint_poplar(Canvas& canvas, int tree, int seed) {
  const Trunk& trunk = poplar(tree);
  Dice dice(seed);
  const int count = static_cast<int>((trunk.foot - trunk.top) * 0.9f);
  for (int k = 0; k < count; ++k) {
    const float y = mix(trunk.foot, trunk.top, static_cast<float>(k) / static_cast<float>(count)) + dice.bell() * 8;
    const float side = dice.between(-1, 1) * 0.98f;
    Stroke s;
    const float length = dice.between(40, 86);
    for (float up = 0; up < length; up += kStep) {
      const float t = up / length, half = poplar_half_width(tree, y - up);
      const float lean = side * (1 + 0.10f * t) + 0.16f * std::sin(t * 5 + static_cast<float>(k));
      s.path.push_back({poplar_middle(tree, y - up) + half * lean, y - up});
    }
    if (s.path.size() < 3) continue;
    const Paint paint = paint_at(s.path[1], 1, dice);
    if (subject_at(s.path[1]) != Subject::poplar) continue;
    s.colour = paint.colour, s.second = paint.second;
    s.width = dice.between(4.0f, 7.5f);
    s.body = 1.3f;
    s.seed = seed + k;
    canvas.paint(s);
  }
}

void dab(Canvas& canvas, Point a, Point b, float width, Vec3 colour, Vec3 second, Dice& dice) {
  Stroke s;
  for (int k = 0; k <= 4; ++k) {
    const float t = static_cast<float>(k) / 4;
    s.path.push_back({mix(a.x, b.x, t) + 0.3f * dice.bell(), mix(a.y, b.y, t) + 0.3f * dice.bell()});
  }
  s.width = width, s.colour = colour, s.second = second, s.body = 1.4f;
  s.seed = static_cast<int>(dice.unit() * 1e6f);
  canvas.paint(s);
}

void paint_house(Canvas& canvas, Point foot, float width, float height, Dice& dice) {
  constexpr Vec3 kDark{0.05f, 0.05f, 0.13f};
  const Vec3 wall = mix(Vec3{0.30f, 0.40f, 0.66f}, Vec3{0.80f, 0.76f, 0.62f}, dice.unit());
  const Vec3 roof = dice.chance(0.55f) ? Vec3{0.66f, 0.22f, 0.09f} : Vec3{0.15f, 0.17f, 0.42f};
  const float half = width * 0.5f, eaves = foot.y - height, peak = width * dice.between(0.40f, 0.60f),
              lean = dice.between(0.0f, half * 0.8f);
  for (float row = 1; row < height; row += 2.6f) {
    dab(canvas, {foot.x - half, foot.y - row}, {foot.x + half, foot.y - row}, 3.6f, wall * dice.between(0.75f, 1.1f),
        wall * 0.7f, dice);
  }
  for (float t = 0; t < 1; t += 0.16f) {
    const Point left{foot.x - half * 1.2f * (1 - t) - lean * t, eaves - peak * t},
        right{foot.x + half * 1.2f * (1 - t) + lean * t, eaves - peak * t};
    dab(canvas, left, right, 3.4f, roof * dice.between(0.75f, 1.3f), roof * 0.6f, dice);
  }
  dab(canvas, {foot.x - half * 1.2f, eaves + 1}, {foot.x - lean, eaves - peak}, 1.8f, kDark, kDark, dice);
  dab(canvas, {foot.x - half * 1.1f, eaves + 1.5f}, {foot.x + half * 1.1f, eaves + 1.5f}, 1.8f, kDark, kDark, dice);
  const int windows = width > 20 ? 3 : width > 14 ? 2 : 1;
  for (int k = 0; k < windows; ++k) {
    const float x = foot.x + width * ((static_cast<float>(k) + 0.5f) / static_cast<float>(windows) - 0.5f);
    if (dice.chance(0.25f)) continue;
    dab(canvas, {x, foot.y - height * 0.62f}, {x, foot.y - height * 0.25f}, 3.4f, {0.99f, 0.78f, 0.18f},
        {0.95f, 0.48f, 0.08f}, dice);
  }
}

// A hamlet at the foot of the hills, its church a little apart.
void paint_hamlet(Canvas& canvas) {
  Dice dice(4400);
  constexpr std::array<std::array<float, 4>, 10> kHouses{{{436, 436, 15, 9},
                                                          {466, 441, 24, 11},
                                                          {572, 438, 17, 9},
                                                          {602, 442, 26, 12},
                                                          {410, 445, 20, 10},
                                                          {446, 452, 18, 10},
                                                          {494, 450, 17, 12},
                                                          {548, 449, 22, 11},
                                                          {580, 454, 15, 9},
                                                          {632, 452, 19, 11}}};
  constexpr Vec3 kSpire{0.13f, 0.16f, 0.40f}, kStone{0.62f, 0.62f, 0.66f};
  for (float y = 448; y > 404; y -= 2.6f)
    dab(canvas, {516, y}, {525, y}, 3.4f, kStone * dice.between(0.7f, 1.1f), kSpire, dice);
  for (const float x : {514.5f, 517.5f, 520.5f, 523.5f, 526.5f})
    dab(canvas, {x, 406}, {520.5f, 368}, 3.2f, kSpire * dice.between(0.6f, 1.3f), {0.30f, 0.40f, 0.62f}, dice);
  dab(canvas, {520.5f, 428}, {520.5f, 419}, 3.2f, {0.99f, 0.78f, 0.18f}, {0.95f, 0.48f, 0.08f}, dice);
  for (const auto& h : kHouses) paint_house(canvas, {h[0], h[1]}, h[2], h[3], dice);
}

}  // namespace

impasto::Image style_picture() {
  Canvas canvas(kWidth, kHeight, 2, {0.30f, 0.20f, 0.12f});
  int seed = 100000;
  for (const Layer& layer : kLayers) {
    cover(canvas, layer, seed);
    seed += 100000;
  }
  for (int k = 0; k < kDiscs; ++k) paint_disc(canvas, disc(k), 4100 + k);
  paint_hamlet(canvas);
  for (const int k : {0, 1, 2, 3}) paint_poplar(canvas, k, 5000 + 1000 * k);
  return canvas.varnish();
}

}  // namespace samples
