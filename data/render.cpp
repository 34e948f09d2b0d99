#include "render.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "film.h"

namespace samples {
namespace {

// Late afternoon: the sun stands behind the viewer's right shoulder, 29 degrees up.
const Vec3 kSun = normalize({0.66f, 0.50f, -0.60f});
constexpr Vec3 kSunLight{3.30f, 2.55f, 1.72f};
constexpr float kSunSize = 0.012f;      // radius in radians, 2.5 times the real one for softer edges
constexpr float kHaze = 1.0f / 900.0f;  // per metre

// The sky without clouds: what lights the ground.
Vec3 clear_sky(Vec3 d) {
  const float up = std::max(d.y, 0.0f);
  const float toward = 0.5f + 0.5f * dot(d, kSun);
  const Vec3 low = mix(Vec3{0.62f, 0.66f, 0.74f}, Vec3{1.12f, 0.88f, 0.62f}, toward * toward);
  const Vec3 high{0.11f, 0.28f, 0.68f};
  return mix(low, high, 1.0f - std::pow(1.0f - up, 7.0f));
}

Vec3 haze_colour(Vec3 d) { return clear_sky({d.x, 0.04f, d.z}) * 0.86f; }

// Heaped clouds drawn on a screen one unit away: flat below, bright towards the sun.
Vec3 with_clouds(Vec3 d, Vec3 sky) {
  if (d.y < 0.01f || d.z < 0.05f) return sky;
  const float x = d.x / d.z, y = d.y / d.z;
  const auto density = [](float px, float py) {
    const float bank = fractal(px * 2.6f + 4.1f, py * 6.5f + 1.0f, 501, 3);
    const float puff = fractal(px * 9.0f, py * 15.0f, 502, 6);
    return 0.58f * bank + 0.42f * puff;
  };
  const float here = density(x, y);
  const float cover = smooth_step(0.50f, 0.63f, here) * smooth_step(0.02f, 0.12f, y);
  const float lit = clamp01(0.5f + 4.5f * (here - density(x + 0.030f, y + 0.030f)));
  const Vec3 shade{0.56f, 0.58f, 0.66f}, bright{1.32f, 1.18f, 1.00f};
  const Vec3 cloud = mix(shade, bright, lit * 0.8f + 0.2f * (1 - cover));
  return mix(sky, cloud, 0.92f * cover);
}

// Three ridges, the farther the paler; elevation as a slope over azimuth.
Vec3 with_hills(Vec3 d, Vec3 sky) {
  if (d.z < 0.05f) return sky;
  const float x = d.x / d.z, y = d.y / distance(d.x, d.z);
  for (int k = 0; k < 3; ++k) {
    const float depth = static_cast<float>(k);
    const float ridge = 0.022f * (depth + 0.6f) +
                        0.085f * (fractal(x * (4.4f - depth) + 3.0f * depth, 0.5f, 601 + k, 6) - 0.38f) +
                        0.020f * depth * smooth_step(0.2f, -0.7f, x);
    if (y > ridge) continue;
    const float woods = fractal(x * 60, y * 240, 611 + k, 4);
    const Vec3 slope = Vec3{0.07f, 0.12f, 0.08f} * (0.5f + woods);
    return mix(slope, haze_colour(d), 0.48f + 0.13f * depth);
  }
  return sky;
}

class Renderer {
 public:
  Renderer(const World& world, const std::vector<Material>& materials) : world_(world), materials_(materials) {}

  // What one ray brings, the skylight kept apart.
  Exposure expose(const Ray& ray, Dice& dice) const {
    Exposure out;
    const Hit hit = world_.intersect(ray);
    if (!hit.found()) {
      out.light = sky_light(ray.direction);
      return out;
    }
    const Surface s = surface(hit, ray);
    const float clear = std::exp(-std::max(0.0f, hit.distance - 60.0f) * kHaze);
    Vec3 light = s.albedo * sunlight(hit, s, dice) + s.glow;
    float kept = clear;
    if (s.mirror > 0) {
      const float graze = 1.0f - clamp01(-dot(ray.direction, s.normal));
      const float share = s.mirror + (1 - s.mirror) * std::pow(graze, 5.0f);
      light = mix(light, mirrored(ray, hit, s, dice), share);
      kept *= 1 - share;
    }
    out.light = min(mix(haze_colour(ray.direction), light, clear), {4, 4, 4});
    out.tint = s.albedo * (s.sky * kept);
    out.soft = min(skylight(hit, s, dice), {4, 4, 4});
    out.point = hit.point;
    out.normal = hit.normal;
    out.distance = hit.distance;
    return out;
  }

 private:
  Surface surface(const Hit& hit, const Ray& ray) const {
    return surface_at(materials_[static_cast<std::size_t>(hit.material)], hit, ray.direction, kSun);
  }

  Vec3 mirrored(const Ray& ray, const Hit& hit, const Surface& s, Dice& dice) const {
    Vec3 away = reflect(ray.direction, s.normal);
    // A ripple may not mirror what is below its own surface.
    const float dip = dot(away, hit.normal);
    if (dip < 0.02f) away = normalize(away + hit.normal * (0.02f - dip));
    const Ray onward{hit.point + hit.normal * 0.01f, away};
    const Hit met = world_.intersect(onward);
    if (!met.found()) return sky_light(away);
    const Surface other = surface(met, onward);
    const Vec3 light = other.albedo * (sunlight(met, other, dice) + ambient(other.normal) * other.sky) + other.glow;
    return mix(haze_colour(away), light, std::exp(-met.distance * kHaze));
  }

  static Vec3 ambient(Vec3 n) { return mix(Vec3{0.16f, 0.15f, 0.13f}, Vec3{0.42f, 0.50f, 0.62f}, 0.5f + 0.5f * n.y); }

  Vec3 sunlight(const Hit& hit, const Surface& s, Dice& dice) const {
    float facing = dot(s.normal, kSun);
    float share = std::max(facing, 0.0f);
    if (s.thin > 0) share = facing > 0 ? facing * 0.75f + 0.15f : s.thin * (0.2f - facing);
    if (share * s.sun <= 0.001f) return {};
    if (s.thin == 0 && dot(hit.normal, kSun) <= 0) return {};
    const Vec3 aim = kSun + Vec3{dice.unit() - 0.5f, dice.unit() - 0.5f, dice.unit() - 0.5f} * (2 * kSunSize);
    const Vec3 side = facing > 0 ? hit.normal : -hit.normal;
    if (world_.blocked({hit.point + side * 0.02f, normalize(aim)}, 1e6f)) return {};
    return kSunLight * (share * s.sun);
  }

  // One cosine-weighted ray: the sky if it gets away, else the light leaving what it meets.
  Vec3 skylight(const Hit& hit, const Surface& s, Dice& dice) const {
    const float turn = 2 * kPi * dice.unit(), z = 2 * dice.unit() - 1, r = std::sqrt(std::max(0.0f, 1 - z * z));
    const Vec3 aim = normalize(s.normal * 1.001f + Vec3{r * std::cos(turn), r * std::sin(turn), z});
    const Ray ray{hit.point + hit.normal * 0.02f, aim};
    const Hit met = world_.intersect(ray);
    if (!met.found()) return aim.y > 0 ? clear_sky(aim) : haze_colour(aim) * 0.3f;
    const Surface other = surface(met, ray);
    const Vec3 indirect = ambient(other.normal) * std::min(1.0f, 0.35f + met.distance * 0.03f);
    return other.albedo * (sunlight(met, other, dice) + indirect);
  }

  const World& world_;
  const std::vector<Material>& materials_;
};

}  // namespace

Vec3 sky_light(Vec3 d) {
  if (d.y < 0) return haze_colour(d);
  return with_hills(d, with_clouds(d, clear_sky(d)));
}

impasto::Image render(const World& world, const std::vector<Material>& materials, const Camera& camera, int width,
                      int height, int samples) {
  Film film(width, height);
  const Renderer renderer(world, materials);
  const Vec3 ahead{std::sin(camera.yaw) * std::cos(camera.pitch), std::sin(camera.pitch),
                   std::cos(camera.yaw) * std::cos(camera.pitch)};
  const Vec3 right{std::cos(camera.yaw), 0, -std::sin(camera.yaw)}, up = cross(ahead, right);
  const float share = 1.0f / static_cast<float>(samples), pixel = 1.0f / static_cast<float>(width);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      Dice dice(y * width + x);
      Exposure& cell = film.at(x, y);
      const float shift_x = dice.unit(), shift_y = dice.unit();
      for (int k = 0; k < samples; ++k) {
        // Kronecker points (plastic number) spread the samples over a pixel a little wider than its cell.
        const float step = static_cast<float>(k);
        const float in_x = 1.2f * (fraction(shift_x + 0.754877669f * step) - 0.5f);
        const float in_y = 1.2f * (fraction(shift_y + 0.569840296f * step) - 0.5f);
        const float px = (static_cast<float>(x) + 0.5f + in_x) * pixel - 0.5f;
        const float py = (static_cast<float>(height) * 0.5f - static_cast<float>(y) - 0.5f + in_y) * pixel;
        const Exposure e = renderer.expose({camera.eye, normalize(ahead * camera.focal + right * px + up * py)}, dice);
        cell.light += e.light * share;
        cell.tint += e.tint * share;
        cell.soft += e.soft * share;
        if (e.distance > 0) cell.point = e.point, cell.normal = e.normal, cell.distance = e.distance;
      }
    }
  }
  return film.develop();
}

}  // namespace samples
