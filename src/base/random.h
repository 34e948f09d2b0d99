// Random numbers that are the same on every machine: a 64-bit counter run through a mixing function.
#pragma once

#include <cstdint>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014). A plain value.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// As if bits() had been called `count` times.
  void skip(std::uint64_t count) { state_ += count * 0x9e3779b97f4a7c15u; }
  /// Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Mean 0, deviation 1: the sum of 12 uniforms. Only additions, so no libm decides its bits; its tails end at 6.
  static constexpr int kBitsOfNormal = 12;  // calls of bits()
  double normal() {
    double sum = -6;
    for (int i = 0; i < kBitsOfNormal; ++i) sum += uniform();
    return sum;
  }

 private:
  std::uint64_t state_;
};

}  // namespace impasto::IMPASTO_ABI
