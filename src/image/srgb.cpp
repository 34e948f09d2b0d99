#include "image/srgb.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace impasto::IMPASTO_ABI {
namespace {

// Both tables are read between two nodes by a straight line; the error of that is the second derivative / 8 steps^2.
constexpr std::size_t kSteps = 4096;
using Table = std::array<float, kSteps + 2>;  // a node beyond 1, so that 1 itself has a right neighbour

constexpr float kLinearEnd = 0.0031308f;

double encode_power(double linear) { return 1.055 * std::pow(linear, 1 / 2.4) - 0.055; }
double decode_power(double encoded) { return std::pow((encoded + 0.055) / 1.055, 2.4); }

// Over the square root of the light, where the curve is nearly straight. The part below kLinearEnd is never read, but
// for the left neighbour of its end.
const Table& encode_table() {
  static const Table table = [] {
    Table nodes{};
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const double root = static_cast<double>(i) / kSteps;
      nodes[i] = static_cast<float>(encode_power(root * root));
    }
    return nodes;
  }();
  return table;
}

const Table& decode_table() {
  static const Table table = [] {
    Table nodes{};
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const double encoded = static_cast<double>(i) / kSteps;
      nodes[i] = static_cast<float>(encoded <= 0.04045 ? encoded / 12.92 : decode_power(encoded));
    }
    return nodes;
  }();
  return table;
}

float between(const Table& table, float position) {
  const float scaled = position * static_cast<float>(kSteps);
  const auto node = static_cast<std::size_t>(scaled);
  const float fraction = scaled - static_cast<float>(node);
  return table[node] + (table[node + 1] - table[node]) * fraction;
}

float encode(const Table& table, float linear) {
  const float size = std::abs(linear);
  float encoded = 0;
  if (size <= kLinearEnd) {
    encoded = 12.92f * size;
  } else if (size <= 1.0f) {
    encoded = between(table, std::sqrt(size));
  } else {
    encoded = 1.055f * std::pow(size, 1 / 2.4f) - 0.055f;
  }
  return std::copysign(encoded, linear);
}

float decode(const Table& table, float encoded) {
  const float size = std::abs(encoded);
  const float linear = size <= 1.0f ? between(table, size) : std::pow((size + 0.055f) / 1.055f, 2.4f);
  return std::copysign(linear, encoded);
}

}  // namespace

float srgb_encode(float linear) { return encode(encode_table(), linear); }
float srgb_decode(float encoded) { return decode(decode_table(), encoded); }

void srgb_encode(std::span<float> values) {
  const Table& table = encode_table();
  for (float& value : values) value = encode(table, value);
}

void srgb_decode(std::span<float> values) {
  const Table& table = decode_table();
  for (float& value : values) value = decode(table, value);
}

}  // namespace impasto::IMPASTO_ABI
