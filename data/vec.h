// Small vectors and integer-hash noise shared by both pictures. Everything is a pure function of its arguments, so a
// picture comes out the same on every run.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace samples {

constexpr float kPi = 3.14159265358979f;

struct Vec3 {
  float x = 0, y = 0, z = 0;
};

inline Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec3 operator*(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
inline Vec3 operator*(Vec3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
inline Vec3 operator*(float s, Vec3 a) { return a * s; }
inline Vec3 operator-(Vec3 a) { return {-a.x, -a.y, -a.z}; }
inline Vec3& operator+=(Vec3& a, Vec3 b) { return a = a + b; }
inline float dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 cross(Vec3 a, Vec3 b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
inline float length(Vec3 a) { return std::sqrt(dot(a, a)); }
inline Vec3 normalize(Vec3 a) { return a * (1.0f / std::max(length(a), 1e-12f)); }
inline float mix(float a, float b, float t) { return a + (b - a) * t; }
inline Vec3 mix(Vec3 a, Vec3 b, float t) { return a + (b - a) * t; }
inline Vec3 reflect(Vec3 d, Vec3 n) { return d - n * (2.0f * dot(d, n)); }
inline Vec3 min(Vec3 a, Vec3 b) { return {std::min(a.x, b.x), std::min(a.y, b.y), std::min(a.z, b.z)}; }
inline Vec3 max(Vec3 a, Vec3 b) { return {std::max(a.x, b.x), std::max(a.y, b.y), std::max(a.z, b.z)}; }
inline float clamp01(float v) { return std::clamp(v, 0.0f, 1.0f); }
inline float luminance(Vec3 c) { return dot(c, {0.2126f, 0.7152f, 0.0722f}); }

/// Hermite step from 0 at `from` to 1 at `to`; `from` may be the larger one.
inline float smooth_step(float from, float to, float v) {
  const float t = clamp01((v - from) / (to - from));
  return t * t * (3.0f - 2.0f * t);
}

/// Mixes the bits so that neighbouring inputs give unrelated outputs (Chris Wellons' lowbias32).
inline std::uint32_t mix_bits(std::uint32_t v) {
  v ^= v >> 16;
  v *= 0x7feb352dU;
  v ^= v >> 15;
  v *= 0x846ca68bU;
  return v ^ (v >> 16);
}

/// 0..1, exclusive of 1, from three integers.
inline float hash_unit(std::int32_t a, std::int32_t b = 0, std::int32_t c = 0) {
  // Odd multipliers (golden ratio, MurmurHash3) keep small inputs apart before one round of mixing.
  const std::uint32_t h =
      mix_bits(static_cast<std::uint32_t>(a) * 0x9e3779b9U + static_cast<std::uint32_t>(b) * 0x85ebca6bU +
               static_cast<std::uint32_t>(c) * 0xc2b2ae35U + 0x27d4eb2fU);
  return static_cast<float>(h >> 8) * (1.0f / 16777216.0f);
}

/// A counter-based stream of numbers: the k-th draw depends on the seed and k alone.
class Dice {
 public:
  explicit Dice(std::int32_t seed) : seed_(seed) {}
  float unit() { return hash_unit(seed_, counter_++, 77); }
  float between(float low, float high) { return mix(low, high, unit()); }
  int below(int count) { return std::min(count - 1, static_cast<int>(unit() * static_cast<float>(count))); }
  bool chance(float probability) { return unit() < probability; }
  /// Roughly normal, deviation 1: sum of four uniforms.
  float bell() { return (unit() + unit() + unit() + unit() - 2.0f) * 1.7320508f; }

 private:
  std::int32_t seed_;
  std::int32_t counter_ = 0;
};

// By truncation: a call to std::floor costs more than the rest of the noise where SSE4.1 may not be assumed.
inline int floor_int(float v) {
  const int whole = static_cast<int>(v);
  return whole - (v < static_cast<float>(whole) ? 1 : 0);
}
inline float fraction(float v) { return v - static_cast<float>(floor_int(v)); }
/// std::hypot without its care for overflow, several times faster.
inline float distance(float x, float y) { return std::sqrt(x * x + y * y); }

/// Value noise, 0..1, one lattice cell per unit.
inline float noise(float x, float y, std::int32_t seed) {
  const int ix = floor_int(x), iy = floor_int(y);
  const auto ease = [](float t) { return t * t * (3.0f - 2.0f * t); };
  const float fx = ease(x - static_cast<float>(ix)), fy = ease(y - static_cast<float>(iy));
  const float top = mix(hash_unit(ix, iy, seed), hash_unit(ix + 1, iy, seed), fx);
  const float bottom = mix(hash_unit(ix, iy + 1, seed), hash_unit(ix + 1, iy + 1, seed), fx);
  return mix(top, bottom, fy);
}

/// Octaves of `noise`, each twice as fine and half as strong; 0..1.
inline float fractal(float x, float y, std::int32_t seed, int octaves) {
  float sum = 0, weight = 0.5f, total = 0;
  for (int k = 0; k < octaves; ++k) {
    sum += weight * noise(x, y, seed + k);
    total += weight;
    weight *= 0.5f;
    // A turn by 0.64 rad between octaves hides the lattice.
    const float turned = 1.6f * x + 1.2f * y;
    y = -1.2f * x + 1.6f * y + 3.7f;
    x = turned + 1.3f;
  }
  return sum / total;
}

}  // namespace samples
