#include "image/cielab.h"

#include <array>
#include <cstddef>

#include "image/shaper.h"
#include "image/srgb.h"

namespace impasto::IMPASTO_ABI {
namespace {

// The inverse of CIE's f: the cube above 6/29, a straight line below.
double light_of(double f) {
  constexpr double kEnd = 6.0 / 29;
  return f > kEnd ? f * f * f : 3 * kEnd * kEnd * (f - 4.0 / 29);
}

}  // namespace

void lab_to_srgb(const float* from, float* to, std::size_t count) {
  static const Matrix3 to_linear = inverse(srgb_to_xyz_d50());
  for (std::size_t i = 0; i < count; ++i, from += 3, to += 3) {
    const double y = (static_cast<double>(from[0]) + 16) / 116;
    const std::array<double, 3> xyz = {kD50[0] * light_of(y + static_cast<double>(from[1]) / 500),
                                       kD50[1] * light_of(y),
                                       kD50[2] * light_of(y - static_cast<double>(from[2]) / 200)};
    for (std::size_t r = 0; r < 3; ++r) {
      const auto& row = to_linear[r];
      to[r] = srgb_encode(static_cast<float>(row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2]));
    }
  }
}

}  // namespace impasto::IMPASTO_ABI
