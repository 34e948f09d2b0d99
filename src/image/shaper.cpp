#include "image/shaper.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "image/quantize.h"
#include "image/srgb.h"

namespace impasto::IMPASTO_ABI {
namespace {

// A multiple of 255, so that the values of 8 bits lie on nodes.
constexpr std::size_t kSteps = std::size_t{255} * 16;
// Curves have a steep end at black, where the square root spreads the nodes.
constexpr std::size_t kInverseSteps = 16384;

constexpr Matrix3 kBradford = {{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}};

std::array<double, 3> times(const Matrix3& m, const std::array<double, 3>& v) {
  std::array<double, 3> result{};
  for (std::size_t r = 0; r < 3; ++r) result[r] = m[r][0] * v[0] + m[r][1] * v[1] + m[r][2] * v[2];
  return result;
}

std::array<double, 3> xyz_of(const std::array<double, 2>& xy) {
  return {xy[0] / xy[1], 1.0, (1 - xy[0] - xy[1]) / xy[1]};
}

// Columns scaled by `scale`.
Matrix3 scaled(Matrix3 m, const std::array<double, 3>& scale) {
  for (auto& row : m) {
    for (std::size_t c = 0; c < 3; ++c) row[c] *= scale[c];
  }
  return m;
}

float between(const std::vector<float>& nodes, float position) {
  const float at = position * static_cast<float>(nodes.size() - 1);
  const std::size_t left = std::min(static_cast<std::size_t>(at), nodes.size() - 2);
  return nodes[left] + (nodes[left + 1] - nodes[left]) * (at - static_cast<float>(left));
}

// Where the rising `nodes` reach `light`, 0..1.
float position_of(const std::vector<float>& nodes, float light) {
  if (light <= nodes.front()) return 0.0f;
  const auto upper = std::lower_bound(nodes.begin(), nodes.end(), light);
  if (upper == nodes.end()) return 1.0f;
  const float low = *(upper - 1);
  const float fraction = *upper > low ? (light - low) / (*upper - low) : 1.0f;
  return (static_cast<float>(upper - nodes.begin() - 1) + fraction) / static_cast<float>(nodes.size() - 1);
}

// Grey stays grey: profiles round their primaries to 1/65536, and some adapt to white by another transform.
void keep_neutral(Matrix3& m) {
  for (auto& row : m) {
    const double sum = row[0] + row[1] + row[2];
    if (std::abs(sum - 1) > 0.01) continue;
    for (double& value : row) value /= sum;
  }
}

std::array<std::array<float, 3>, 3> to_floats(const Matrix3& m) {
  std::array<std::array<float, 3>, 3> result{};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) result[r][c] = static_cast<float>(m[r][c]);
  }
  return result;
}

}  // namespace

Matrix3 multiply(const Matrix3& a, const Matrix3& b) {
  Matrix3 result{};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) result[r][c] = a[r][0] * b[0][c] + a[r][1] * b[1][c] + a[r][2] * b[2][c];
  }
  return result;
}

Matrix3 inverse(const Matrix3& m) {
  Matrix3 result{};
  const auto cofactor = [&](std::size_t r, std::size_t c) {
    const std::size_t r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;
    return m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
  };
  const double determinant = m[0][0] * cofactor(0, 0) + m[0][1] * cofactor(0, 1) + m[0][2] * cofactor(0, 2);
  if (!(std::abs(determinant) > 1e-9)) return result;
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) result[r][c] = cofactor(c, r) / determinant;
  }
  return result;
}

Matrix3 primaries_to_xyz_d50(const std::array<std::array<double, 2>, 3>& primaries, std::array<double, 2> white) {
  Matrix3 columns{};
  for (std::size_t c = 0; c < 3; ++c) {
    const std::array<double, 3> xyz = xyz_of(primaries[c]);
    for (std::size_t r = 0; r < 3; ++r) columns[r][c] = xyz[r];
  }
  const std::array<double, 3> source_white = xyz_of(white);
  const Matrix3 to_xyz = scaled(columns, times(inverse(columns), source_white));
  const std::array<double, 3> seen = times(kBradford, source_white);
  const std::array<double, 3> wanted = times(kBradford, kD50);
  const Matrix3 gains = {{{wanted[0] / seen[0], 0, 0}, {0, wanted[1] / seen[1], 0}, {0, 0, wanted[2] / seen[2]}}};
  return multiply(multiply(inverse(kBradford), multiply(gains, kBradford)), to_xyz);
}

Matrix3 srgb_to_xyz_d50() {
  // ITU-R BT.709's primaries and D65.
  static const Matrix3 matrix = primaries_to_xyz_d50({{{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}}}, {0.3127, 0.3290});
  return matrix;
}

Shaper::Shaper(const std::function<double(int, double)>& curve, const Matrix3& to_xyz) {
  for (std::size_t c = 0; c < 3; ++c) {
    light_[c].resize(kSteps + 1);
    for (std::size_t i = 0; i <= kSteps; ++i) {
      const double light = curve(static_cast<int>(c), static_cast<double>(i) / kSteps);
      light_[c][i] = clipped(static_cast<float>(light));
      if (i > 0) light_[c][i] = std::max(light_[c][i], light_[c][i - 1]);  // what falls cannot be inverted
    }
    value_[c].resize(kInverseSteps + 1);
    for (std::size_t i = 0; i <= kInverseSteps; ++i) {
      const float root = static_cast<float>(i) / static_cast<float>(kInverseSteps);
      value_[c][i] = position_of(light_[c], root * root);
    }
  }
  Matrix3 to = multiply(inverse(srgb_to_xyz_d50()), to_xyz);
  keep_neutral(to);
  to_ = to_floats(to);
  from_ = to_floats(inverse(to));
}

void Shaper::to_srgb(const float* from, float* to, std::size_t count) const {
  for (std::size_t i = 0; i < count; ++i, from += 3, to += 3) {
    std::array<float, 3> light;
    for (std::size_t c = 0; c < 3; ++c) light[c] = between(light_[c], clipped(from[c]));
    for (std::size_t r = 0; r < 3; ++r) to[r] = to_[r][0] * light[0] + to_[r][1] * light[1] + to_[r][2] * light[2];
    srgb_encode(std::span(to, 3));
  }
}

void Shaper::from_srgb(const float* from, float* to, std::size_t count) const {
  for (std::size_t i = 0; i < count; ++i, from += 3, to += 3) {
    std::array<float, 3> light = {from[0], from[1], from[2]};
    srgb_decode(light);
    for (std::size_t r = 0; r < 3; ++r) {
      const float own = from_[r][0] * light[0] + from_[r][1] * light[1] + from_[r][2] * light[2];
      to[r] = between(value_[r], std::sqrt(clipped(own)));
    }
  }
}

bool Shaper::is_srgb() const {
  constexpr int kGrid = 9;
  for (int i = 0; i < kGrid * kGrid * kGrid; ++i) {
    const std::array<int, 3> at = {i % kGrid, i / kGrid % kGrid, i / (kGrid * kGrid)};
    std::array<float, 3> value{}, srgb{};
    for (std::size_t c = 0; c < 3; ++c) value[c] = static_cast<float>(at[c]) / (kGrid - 1);
    to_srgb(value.data(), srgb.data(), 1);
    for (std::size_t c = 0; c < 3; ++c) {
      if (!(std::abs(value[c] - srgb[c]) <= 0.5f / 255)) return false;
    }
  }
  return true;
}

}  // namespace impasto::IMPASTO_ABI
