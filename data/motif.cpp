#include "motif.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace samples {
namespace {

constexpr std::array<Disc, kDiscs> kDiscList{{{{232, 186}, 64, 158, 1.0f},
                                              {{560, 82}, 24, 78, 0.20f},
                                              {{404, 52}, 9, 38, 0.5f},
                                              {{58, 62}, 10, 42, 0.3f},
                                              {{868, 58}, 12, 48, 0.6f}}};
constexpr std::array<Trunk, kPoplars> kPoplarList{
    {{738, 22, 680, 50}, {812, 120, 690, 44}, {676, 236, 650, 34}, {876, 262, 700, 40}}};

struct Vortex {
  Point centre;
  float radius, strength;  // strength > 0 turns clockwise on the canvas
};
constexpr std::array<Vortex, 4> kVortices{
    {{{462, 208}, 96, 5.5f}, {{640, 180}, 60, -3.6f}, {{90, 318}, 62, -3.2f}, {{842, 196}, 70, 3.6f}}};

// Palette, sRGB.
constexpr Vec3 kUltramarine{0.055f, 0.075f, 0.33f}, kCobalt{0.09f, 0.22f, 0.60f}, kCerulean{0.17f, 0.45f, 0.74f};
constexpr Vec3 kTurquoise{0.28f, 0.66f, 0.68f}, kIce{0.70f, 0.86f, 0.82f}, kCream{0.98f, 0.93f, 0.72f};
constexpr Vec3 kLemon{0.98f, 0.87f, 0.30f}, kChrome{0.98f, 0.72f, 0.09f}, kOrange{0.93f, 0.46f, 0.07f};
constexpr Vec3 kVermilion{0.78f, 0.22f, 0.08f}, kOchre{0.76f, 0.53f, 0.16f}, kSienna{0.50f, 0.25f, 0.10f};
constexpr Vec3 kIndigo{0.07f, 0.07f, 0.22f}, kViolet{0.25f, 0.20f, 0.46f}, kLilac{0.52f, 0.46f, 0.68f};
constexpr Vec3 kViridian{0.05f, 0.27f, 0.24f}, kEmerald{0.16f, 0.48f, 0.30f}, kOlive{0.36f, 0.42f, 0.13f};
constexpr Vec3 kNight{0.025f, 0.04f, 0.075f}, kBottle{0.03f, 0.11f, 0.10f};

float away(Point a, Point b) { return distance(a.x - b.x, a.y - b.y); }

float far_ridge(float x) { return 372 - 34 * std::sin(x * 0.0072f + 0.4f) - 16 * std::sin(x * 0.019f + 2.0f); }
float near_ridge(float x) { return 420 + 26 * std::sin(x * 0.0090f + 2.6f) + 9 * std::sin(x * 0.026f); }
float field_edge(float x) { return 492 - 46 * std::sin((x - 330) * 0.0052f) + 8 * std::sin(x * 0.021f + 1.0f); }

// The river: its middle and half width at a height, from the hills' foot to the lower left corner.
float river_middle(float y) {
  const float t = clamp01((y - 418) / 182);
  return 330 - 60 * t - 150 * t * t + 42 * std::sin(t * 5.2f);
}
float river_half(float y) {
  const float t = clamp01((y - 418) / 182);
  return 16 + 92 * t * t + 14 * t;
}

template <std::size_t N>
Vec3 pick(const std::array<Vec3, N>& palette, float place, float scatter, Dice& dice) {
  const float at = clamp01(place + scatter * dice.bell()) * (static_cast<float>(N) - 1.001f);
  const auto low = static_cast<std::size_t>(at);
  return mix(palette[low], palette[low + 1], fraction(at));
}

// Light and dark bands that wind into the vortices; 0..1.
float sky_band(Point p) {
  float bend =
      p.y * 0.030f + 0.9f * std::sin(p.x * 0.0085f + 0.5f) + 1.6f * fractal(p.x * 0.006f, p.y * 0.012f, 301, 3);
  for (const Vortex& v : kVortices) {
    const float r = away(p, v.centre), near = std::exp(-r * r / (2.4f * v.radius * v.radius));
    const float spiral = std::atan2(p.y - v.centre.y, p.x - v.centre.x) -
                         (v.strength > 0 ? 1.0f : -1.0f) * 4.2f * std::log(r / v.radius + 0.12f);
    bend = mix(bend, spiral * 2, near);
  }
  return 0.5f + 0.5f * std::sin(bend);
}

Paint sky_paint(Point p, float detail, Dice& dice) {
  static constexpr std::array<Vec3, 7> kSky{{kIndigo, kUltramarine, kCobalt, kCerulean, kTurquoise, kIce, kCream}};
  const float low = smooth_step(190, 380, p.y);
  float place = 0.10f + 0.22f * low + 0.42f * std::pow(sky_band(p), 1.6f) + 0.40f * glow_at(p);
  place += 0.05f * detail * dice.bell();
  Paint out{pick(kSky, place, 0.055f, dice), pick(kSky, place + 0.16f, 0.09f, dice)};
  // Warm notes answer the blue: near the horizon, and now and then anywhere.
  const float dusk = smooth_step(250, 365, p.y);
  static constexpr std::array<Vec3, 6> kDusk{{kIce, kCream, kLemon, kChrome, kOrange, kVermilion}};
  if (dice.chance(0.80f * dusk)) {
    out.colour = pick(kDusk, 0.05f + 0.62f * dusk + 0.3f * (sky_band(p) - 0.5f), 0.12f, dice);
    out.second = pick(kDusk, 0.4f * dusk, 0.2f, dice);
  } else if (dice.chance(0.07f * detail * sky_band(p))) {
    out.colour = mix(pick(kDusk, 0.5f, 0.2f, dice), out.colour, 0.35f);
  }
  if (dice.chance(0.05f * detail)) out.colour = mix(kLilac, out.colour, 0.4f);
  return out;
}

Paint hill_paint(Point p, bool far, Dice& dice) {
  static constexpr std::array<Vec3, 5> kFar{{kIndigo, kUltramarine, kViolet, kLilac, kTurquoise}};
  static constexpr std::array<Vec3, 6> kNear{{kNight, kIndigo, kViridian, kCobalt, kEmerald, kTurquoise}};
  const float top = far ? far_ridge(p.x) : near_ridge(p.x), depth = (p.y - top) / 50;
  const float fold = fractal(p.x * 0.02f + p.y * 0.01f, p.y * 0.04f, 311, 3);
  const float place = 0.55f - 0.38f * depth + 0.5f * (fold - 0.5f) + 0.35f * glow_at(p);
  if (far) return {pick(kFar, place, 0.14f, dice), pick(kFar, place + 0.2f, 0.1f, dice)};
  return {pick(kNear, place, 0.15f, dice), pick(kNear, place + 0.2f, 0.15f, dice)};
}

Paint water_paint(Point p, float detail, Dice& dice) {
  static constexpr std::array<Vec3, 5> kRiver{{kIndigo, kUltramarine, kCobalt, kTurquoise, kIce}};
  static constexpr std::array<Vec3, 4> kGlint{{kOrange, kChrome, kLemon, kCream}};
  const float offset = std::fabs(p.x - 236 + 14 * std::sin(p.y * 0.11f)) / (26 + 0.22f * (p.y - 418));
  const float streak = noise(p.x * 0.01f, p.y * 0.16f, 321);
  const float place = 0.22f + 0.55f * streak;
  if (offset < 1.25f && dice.chance((1.25f - offset) * (0.35f + 0.5f * detail)))
    return {pick(kGlint, 0.5f, 0.3f, dice), kCream};
  return {pick(kRiver, place, 0.12f, dice), pick(kRiver, place + 0.2f, 0.12f, dice)};
}

Paint land_paint(Point p, bool field, Dice& dice) {
  static constexpr std::array<Vec3, 7> kField{{kSienna, kVermilion, kOchre, kOrange, kChrome, kLemon, kCream}};
  static constexpr std::array<Vec3, 6> kMeadow{{kBottle, kViridian, kEmerald, kOlive, kTurquoise, kLemon}};
  const float rows =
      0.5f + 0.5f * std::sin((p.y - field_edge(p.x)) * 0.17f + 1.5f * fractal(p.x * 0.01f, p.y * 0.01f, 331, 2));
  const float broad = fractal(p.x * 0.008f, p.y * 0.016f, 332, 3);
  if (field) {
    const float place = 0.08f + 0.46f * rows + 0.45f * (broad - 0.3f);
    if (dice.chance(0.10f * (1 - rows) + 0.02f)) return {mix(kCobalt, kViolet, dice.unit()), kUltramarine};
    return {pick(kField, place, 0.11f, dice), pick(kField, place + 0.22f, 0.1f, dice)};
  }
  const float place = 0.10f + 0.38f * rows + 0.5f * (broad - 0.35f) + 0.25f * glow_at(p);
  return {pick(kMeadow, place, 0.13f, dice), pick(kMeadow, place + 0.18f, 0.12f, dice)};
}

Paint poplar_paint(Point p, float detail, Dice& dice) {
  static constexpr std::array<Vec3, 5> kTree{{kNight, kBottle, kViridian, kEmerald, kOlive}};
  float side = 0;
  for (int k = 0; k < kPoplars; ++k) {
    const float half = poplar_half_width(k, p.y), offset = p.x - poplar_middle(k, p.y);
    if (half > 0 && std::fabs(offset) <= half) side = offset / half;
  }
  // The discs stand to the left: warm rims there, cold ones on the right.
  if (dice.chance(0.16f * detail * smooth_step(-0.35f, -0.9f, side)))
    return {mix(kOchre, kOrange, dice.unit()), kSienna};
  if (dice.chance(0.16f * detail * smooth_step(0.4f, 0.95f, side)))
    return {mix(kCobalt, kTurquoise, dice.unit() * 0.6f), kViridian};
  const float place = 0.27f - 0.18f * side;
  return {pick(kTree, place, 0.17f, dice), pick(kTree, place + 0.25f, 0.15f, dice)};
}

}  // namespace

Paint disc_paint(const Disc& d, float distance, Dice& dice) {
  if (distance < d.radius) {
    static constexpr std::array<Vec3, 5> kBody{{kCream, kLemon, kChrome, kOrange, kVermilion}};
    // Warm discs redden towards the rim, in two rings.
    const float rim = distance / d.radius;
    const float place = 0.08f + d.warmth * (0.22f + 0.44f * rim + 0.10f * std::sin(rim * 11));
    return {pick(kBody, place, 0.09f, dice), pick(kBody, place - 0.18f, 0.12f, dice)};
  }
  static constexpr std::array<Vec3, 7> kHalo{{kCream, kLemon, kChrome, kCream, kIce, kTurquoise, kCerulean}};
  const float t = (distance - d.radius) / (d.halo - d.radius);
  return {pick(kHalo, t * 0.98f, 0.08f, dice), pick(kHalo, t * 0.85f, 0.14f, dice)};
}

const Disc& disc(int k) { return kDiscList[static_cast<std::size_t>(k)]; }
const Trunk& poplar(int k) { return kPoplarList[static_cast<std::size_t>(k)]; }

float poplar_middle(int k, float y) {
  const Trunk& t = poplar(k);
  const float up = clamp01((t.foot - y) / (t.foot - t.top));
  return t.x + 13 * up * std::sin(y * 0.017f + static_cast<float>(k) * 1.9f) + 8 * up * up;
}

float poplar_half_width(int k, float y) {
  const Trunk& t = poplar(k);
  if (y < t.top || y > t.foot) return 0;
  const float up = (t.foot - y) / (t.foot - t.top);
  const float body = std::pow(1 - up, 0.62f) * mix(0.72f, 1.0f, smooth_step(0.0f, 0.35f, up));
  const float flames = 0.72f + 0.52f * fractal(y * 0.036f, static_cast<float>(k) * 9.0f, 341, 3);
  return t.width * body * flames;
}

float glow_at(Point p) {
  float sum = 0;
  for (const Disc& d : kDiscList) {
    const float r = away(p, d.centre) / (d.halo * 0.95f);
    sum += std::exp(-r * r);
  }
  return std::min(sum, 1.0f);
}

Subject subject_at(Point p) {
  for (int k = 0; k < kPoplars; ++k) {
    // Most points are far from every tree: no crown is wider than 1.3 widths or bends by more than 21 pixels.
    if (std::fabs(p.x - poplar(k).x) > 1.3f * poplar(k).width + 21) continue;
    if (std::fabs(p.x - poplar_middle(k, p.y)) < poplar_half_width(k, p.y)) return Subject::poplar;
  }
  if (p.y > 418 && std::fabs(p.x - river_middle(p.y)) < river_half(p.y)) return Subject::water;
  if (p.y > field_edge(p.x) && p.x > river_middle(p.y)) return Subject::field;
  if (p.y > near_ridge(p.x) + 26) return Subject::meadow;
  if (p.y > near_ridge(p.x)) return Subject::hill;
  if (p.y > far_ridge(p.x)) return Subject::far_hill;
  for (const Disc& d : kDiscList) {
    if (away(p, d.centre) < d.radius) return Subject::disc;
  }
  return Subject::sky;
}

Point flow_at(Point p) {
  const Subject subject = subject_at(p);
  Point v{1, 0};
  const auto along = [&](auto&& curve) { return Point{12, curve(p.x + 6) - curve(p.x - 6)}; };
  switch (subject) {
    case Subject::sky:
    case Subject::disc:
      v.y = 0.42f * std::sin(p.x * 0.0095f + 0.5f) + 0.9f * (fractal(p.x * 0.006f, p.y * 0.008f, 351, 2) - 0.5f);
      for (const Vortex& w : kVortices) {
        const float dx = p.x - w.centre.x, dy = p.y - w.centre.y, r = distance(dx, dy) + 1e-3f;
        const float pull = w.strength * std::exp(-r * r / (1.6f * w.radius * w.radius)) / r;
        v.x += pull * (-dy - 0.22f * dx), v.y += pull * (dx - 0.22f * dy);
      }
      for (const Disc& d : kDiscList) {
        const float dx = p.x - d.centre.x, dy = p.y - d.centre.y, r = distance(dx, dy) + 1e-3f;
        const float near = r / (d.halo * 0.72f), pull = 9 * std::exp(-near * near * near * near) / r;
        v.x += pull * -dy, v.y += pull * dx;
      }
      break;
    case Subject::far_hill:
      v = along(far_ridge);
      v.y += 7 * std::sin(p.x * 0.03f);
      break;
    case Subject::hill:
      v = along(near_ridge);
      v.y += 5;
      break;
    case Subject::water:
      v.y = 0.10f * std::sin(p.x * 0.05f + p.y * 0.2f);
      break;
    case Subject::meadow:
      v = {1, 0.35f * std::sin(p.x * 0.016f + p.y * 0.03f) - 0.1f};
      break;
    case Subject::field:
      v = along(field_edge);
      v.y += 5 * std::sin(p.x * 0.011f + p.y * 0.012f);
      break;
    case Subject::poplar:
      v = {0.55f * std::sin(p.y * 0.030f + p.x * 0.05f), -1};
      break;
  }
  const float size = distance(v.x, v.y) + 1e-6f;
  return {v.x / size, v.y / size};
}

Paint paint_at(Point p, float detail, Dice& dice) {
  switch (subject_at(p)) {
    case Subject::disc:
      for (const Disc& d : kDiscList) {
        if (away(p, d.centre) < d.radius) return disc_paint(d, away(p, d.centre), dice);
      }
      break;
    case Subject::far_hill:
      return hill_paint(p, true, dice);
    case Subject::hill:
      return hill_paint(p, false, dice);
    case Subject::water:
      return water_paint(p, detail, dice);
    case Subject::meadow:
      return land_paint(p, false, dice);
    case Subject::field:
      return land_paint(p, true, dice);
    case Subject::poplar:
      return poplar_paint(p, detail, dice);
    case Subject::sky:
      break;
  }
  return sky_paint(p, detail, dice);
}

}  // namespace samples
