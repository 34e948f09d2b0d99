#include "material.h"

#include <algorithm>
#include <cmath>

namespace samples {
namespace {

struct Plane {
  float s, t;
};

// World metres along a surface: across and up on walls, x and z on the ground.
Plane plane_of(const Hit& hit) {
  if (std::fabs(hit.normal.y) > 0.75f) return {hit.point.x, hit.point.z};
  const Vec3 across = normalize(cross({0, 1, 0}, hit.normal));
  return {dot(hit.point, across), hit.point.y};
}

// Masonry: every block has its own shade, joints are paler, rain stains run down.
Vec3 masonry(Vec3 colour, Vec3 joint, Plane at, float course, float block, float spread, int seed) {
  const float row = std::floor(at.t / course);
  const float shifted = at.s / block + 0.5f * row - std::floor(0.5f * row);
  const int i = floor_int(shifted), j = static_cast<int>(row);
  const float shade = 1.0f + spread * (hash_unit(i, j, seed) - 0.5f);
  const float warm = spread * 0.25f * (hash_unit(i, j, seed + 9) - 0.5f);
  Vec3 out = colour * shade * Vec3{1 + warm, 1, 1 - warm};
  const float edge = std::min(fraction(at.t / course) * course, fraction(shifted) * block);
  out = mix(joint, out, smooth_step(0.0f, 0.05f, edge));
  const float stain = fractal(at.s * 0.5f, at.t * 0.12f, seed + 5, 3),
              patchy = fractal(at.s * 0.2f, at.t * 0.2f, seed, 3);
  return out * (0.72f + 0.30f * stain + 0.26f * patchy);
}

Vec3 wall_colour(Finish finish, Vec3 colour, Plane at, int seed) {
  switch (finish) {
    case Finish::brick:
      return masonry(colour, mix(colour, {0.50f, 0.45f, 0.38f}, 0.55f), at, 0.22f, 0.60f, 0.55f, seed);
    case Finish::stone:
      return masonry(colour, colour * 0.72f, at, 0.55f, 1.25f, 0.28f, seed);
    default:
      return colour * (0.80f + 0.25f * fractal(at.s * 0.35f, at.t * 0.18f, seed, 4)) *
             (0.95f + 0.10f * noise(at.s * 6, at.t * 6, seed));
  }
}

// Distance outside a window opening in metres, negative inside; x from its middle, y from its foot.
float opening(const Facade& f, float x, float y) {
  const float half = f.width * 0.5f;
  const float spring = f.arched ? f.height - half : f.height;
  if (f.arched && y > spring) return distance(x, y - spring) - half;
  return std::max({std::fabs(x) - half, -y, y - spring});
}

struct Frame {
  float x, y;      // place in the window: from its middle, from its foot
  Vec3 view, sun;  // directions as (across, up, into the wall)
  int i, j;        // which window
};

constexpr float kRecess = 0.35f;

// The pane behind the wall: shifted by parallax, shaded by the reveal, divided by bars, each pane a slightly bent
// mirror.
void glaze(const Material& m, const Frame& at, Surface& out) {
  const Facade& f = m.facade;
  const float into = std::max(at.view.z, 0.15f);
  const float x = at.x + kRecess * at.view.x / into, y = at.y + kRecess * at.view.y / into;
  const float against = std::max(-at.sun.z, 0.05f);
  const float shade_x = x + kRecess * at.sun.x / against, shade_y = y + kRecess * at.sun.y / against;
  if (opening(f, x, y) > 0) {
    out.albedo = f.trim * 0.8f;
    out.sky = 0.6f;
    out.sun = x > 0 ? 0.1f : 0.6f;
    return;
  }
  out.sun = 1.0f - smooth_step(-0.08f, 0.05f, opening(f, shade_x, shade_y));
  out.sky = 0.75f;
  const float px = (x / f.width + 0.5f) * static_cast<float>(f.columns);
  const float py = y / f.height * static_cast<float>(f.rows);
  const float bar_x = std::fabs(fraction(px + 0.5f) - 0.5f) * f.width / static_cast<float>(f.columns);
  const float bar_y = std::fabs(fraction(py + 0.5f) - 0.5f) * f.height / static_cast<float>(f.rows);
  if (std::min(bar_x, bar_y) < 0.045f || opening(f, x, y) > -0.09f) {
    out.albedo = {0.60f, 0.58f, 0.53f};
    return;
  }
  const float kind = hash_unit(at.i, at.j, m.seed + 31);
  const float blind = kind < 0.45f ? hash_unit(at.i, at.j, m.seed + 32) * 0.8f : 0.0f;
  const bool covered = y > f.height * (1 - blind);
  out.albedo = covered ? Vec3{0.40f, 0.37f, 0.31f} : Vec3{0.025f, 0.028f, 0.032f};
  if (!covered && kind > 0.86f) out.glow = Vec3{0.55f, 0.34f, 0.14f} * (0.4f + 0.6f * y / f.height);
  out.mirror = 0.10f;
  const int pane = floor_int(px) * 8 + floor_int(py);
  const float bend_x = hash_unit(at.i * 64 + pane, at.j, m.seed) - 0.5f;
  const float bend_y = hash_unit(at.i * 64 + pane, at.j, m.seed + 1) - 0.5f;
  out.normal =
      normalize(out.normal + Vec3{out.normal.z, 0, -out.normal.x} * (0.03f * bend_x) + Vec3{0, 0.06f * bend_y, 0});
}

void facade(const Material& m, const Hit& hit, Vec3 ray, Vec3 sun, Surface& out) {
  const Facade& f = m.facade;
  const Plane at = plane_of(hit);
  out.albedo = wall_colour(f.wall, m.colour, at, m.seed);
  const float v = hit.v - f.plinth;
  if (hit.v < f.plinth) {
    out.albedo = wall_colour(Finish::stone, f.trim * 0.8f, at, m.seed);
    return;
  }
  if (hit.v > f.top) return;
  const int i = floor_int(hit.u / f.bay), j = floor_int(v / f.storey);
  const float x = hit.u - (static_cast<float>(i) + 0.5f) * f.bay, floor_y = v - static_cast<float>(j) * f.storey;
  const float y = floor_y - f.sill;
  const float outside = opening(f, x, y);
  const Vec3 inward = -hit.normal;
  const auto local = [&](Vec3 d) { return Vec3{dot(d, hit.tangent), d.y, dot(d, inward)}; };
  if (outside < 0) {
    glaze(m, {x, y, local(ray), local(sun), i, j}, out);
    return;
  }
  const bool on_sill = y < 0 && y > -0.24f && std::fabs(x) < f.width * 0.5f + 0.25f;
  const bool under_sill = y <= -0.24f && y > -0.5f && std::fabs(x) < f.width * 0.5f + 0.2f;
  const bool shutter = f.shutters && y > 0 && y < f.height && std::fabs(x) < f.width;
  if (shutter) {
    out.albedo = m.accent * (fraction(y / 0.2f) < 0.3f ? 0.6f : 1.0f);
  } else if (on_sill || (outside < 0.2f && y > 0)) {
    out.albedo = f.trim * (on_sill ? 1.15f : 0.95f + 0.1f * hash_unit(floor_int(y * 3), i, m.seed));
  } else if (under_sill) {
    out.sun = 0.35f;
    out.sky = 0.8f;
  } else if (f.course && j > 0 && floor_y < 0.34f) {
    out.albedo = f.trim;
    if (floor_y < 0.1f) out.sun = 0.3f;
  }
}

// Overlapping rows of tiles or slates: dark under each lip, one shade per tile. u runs along the eaves.
void tiles(const Material& m, const Hit& hit, Surface& out) {
  constexpr float kRow = 0.45f, kTile = 0.40f;
  const int j = floor_int(hit.v / kRow), i = floor_int(hit.u / kTile + 0.5f * static_cast<float>(j & 1));
  const float up = fraction(hit.v / kRow);
  const float shade = 0.70f + 0.5f * hash_unit(i, j, m.seed);
  const float age = fractal(hit.u * 0.25f, hit.v * 0.35f, m.seed + 3, 4);
  out.albedo = mix(m.colour, m.accent, smooth_step(0.45f, 0.8f, age)) * (shade * (up < 0.18f ? 0.55f : 1.0f));
}

void grass(const Material& m, const Hit& hit, Surface& out) {
  const float x = hit.point.x, z = hit.point.z;
  const float broad = fractal(x * 0.06f, z * 0.06f, m.seed, 4), fine = fractal(x * 2.2f, z * 1.1f, m.seed + 7, 4);
  const float blade = hash_unit(floor_int(x * 14), floor_int(z * 7), m.seed);
  // Mown in stripes 4 m wide.
  const float stripe = smooth_step(-0.15f, 0.15f, std::sin(x * kPi / 4.0f)) - 0.5f;
  const Vec3 base = mix(m.colour, m.accent, smooth_step(0.35f, 0.75f, broad));
  const float tuft = noise(x * 5, z * 2.5f, m.seed + 12);
  out.albedo = base * ((0.25f + 0.75f * fine + 0.40f * blade + 0.30f * tuft) * (1 + 0.20f * stripe));
  if (blade > 0.992f && broad > 0.5f) out.albedo = {0.60f, 0.58f, 0.45f};  // daisies
  out.normal = normalize(out.normal + Vec3{fine - 0.5f, 0, blade - 0.5f} * 0.5f);
}

void gravel(const Material& m, const Hit& hit, Surface& out) {
  const Plane at = plane_of(hit);
  const float fine = hash_unit(floor_int(at.s * 9), floor_int(at.t * 6), m.seed);
  const float broad = fractal(at.s * 0.3f, at.t * 0.3f, m.seed, 4);
  out.albedo = m.colour * (0.62f + 0.22f * fine + 0.36f * broad);
}

// Ripples: sums of slanted noise; their slope fades with distance, where many share one pixel.
void water(const Material& m, const Hit& hit, Surface& out) {
  const float x = hit.point.x, z = hit.point.z;
  const auto height = [&](float px, float pz) {
    return 0.60f * fractal(px * 0.35f, pz * 0.55f, m.seed, 3) + 0.22f * fractal(px * 1.6f, pz * 2.4f, m.seed + 4, 3);
  };
  constexpr float kStep = 0.06f;
  const float level = height(x, z);
  const float breeze = smooth_step(0.35f, 0.7f, fractal(x * 0.05f, z * 0.03f, m.seed + 8, 3));
  const float strength = (0.030f + 0.060f * breeze) / (1 + hit.distance * 0.006f);
  const float slope_x = (height(x + kStep, z) - level) / kStep, slope_z = (height(x, z + kStep) - level) / kStep;
  out.normal = normalize({-slope_x * strength, 1, -slope_z * strength});
  out.albedo = m.colour;
  out.mirror = 0.04f;
}

void clock(const Material& m, const Hit& hit, Surface& out) {
  const float radius = distance(hit.u, hit.v), angle = std::atan2(hit.u, hit.v) / (2 * kPi);
  const auto hand = [&](float turn, float reach, float thick) {
    const float along = hit.u * std::sin(turn * 2 * kPi) + hit.v * std::cos(turn * 2 * kPi);
    const float aside = std::fabs(hit.u * std::cos(turn * 2 * kPi) - hit.v * std::sin(turn * 2 * kPi));
    return along > -0.1f && along < reach && aside < thick;
  };
  const bool ring = radius > 0.90f;
  const bool mark = radius > 0.66f && radius < 0.86f && std::fabs(fraction(angle * 12 + 0.5f) - 0.5f) < 0.16f;
  // Twenty to five.
  const bool dark = ring || mark || hand(4.667f / 12, 0.5f, 0.09f) || hand(40.0f / 60, 0.8f, 0.06f);
  out.albedo = dark ? (ring ? m.accent : Vec3{0.03f, 0.03f, 0.04f}) : m.colour;
}

// Distant high-rises: glass between spandrels (share `sill` of a storey) and piers (share `width` of a bay).
void tower(const Material& m, const Hit& hit, Surface& out) {
  const float bay = m.facade.bay, storey = m.facade.storey;
  const int i = floor_int(hit.u / bay), j = floor_int(hit.v / storey);
  const bool glass = fraction(hit.v / storey) > m.facade.sill && fraction(hit.u / bay) > m.facade.width;
  out.albedo = m.colour * (0.9f + 0.2f * fractal(hit.u * 0.05f, hit.v * 0.03f, m.seed, 2));
  if (!glass) return;
  out.albedo = m.accent * (0.6f + 0.8f * hash_unit(i, j, m.seed));
  out.mirror = 0.14f;
  const float bend = hash_unit(i, j, m.seed + 2) - 0.5f;
  out.normal = normalize(out.normal + Vec3{0.03f * bend, 0.05f * (hash_unit(i, j, m.seed + 3) - 0.5f), 0.03f * bend});
}

}  // namespace

Surface surface_at(const Material& m, const Hit& hit, Vec3 ray, Vec3 sun) {
  Surface out;
  out.albedo = m.colour;
  out.normal = hit.normal;
  switch (m.finish) {
    case Finish::plain:
    case Finish::brick:
    case Finish::stone:
      out.albedo = wall_colour(m.finish, m.colour, plane_of(hit), m.seed);
      break;
    case Finish::facade:
      facade(m, hit, ray, sun, out);
      break;
    case Finish::tiles:
      tiles(m, hit, out);
      break;
    case Finish::copper: {
      const float streak = fractal(hit.u * 1.5f, hit.v * 0.15f, m.seed, 4);
      out.albedo = mix(m.colour, m.accent, streak) * (fraction(hit.u / 1.4f) < 0.14f ? 0.6f : 1.0f);
      break;
    }
    case Finish::grass:
      grass(m, hit, out);
      break;
    case Finish::gravel:
      gravel(m, hit, out);
      break;
    case Finish::water:
      water(m, hit, out);
      break;
    case Finish::bark:
      out.albedo = m.colour * (0.5f + fractal(hit.u * 6, hit.v * 1.2f, m.seed, 3));
      break;
    case Finish::leaf:
      out.albedo = mix(m.colour, m.accent, hash_unit(hit.shape, m.seed)) * (0.75f + 0.5f * hash_unit(hit.shape, 3));
      out.thin = 0.45f;
      break;
    case Finish::clock:
      clock(m, hit, out);
      break;
    case Finish::tower:
      tower(m, hit, out);
      break;
  }
  return out;
}

}  // namespace samples
