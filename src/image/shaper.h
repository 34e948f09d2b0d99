// Colour spaces of three primaries and a curve for each: Display P3, Adobe RGB and most others of cameras and screens.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Rows of a matrix.
using Matrix3 = std::array<std::array<double, 3>, 3>;

/// XYZ of the white of ICC profiles (ICC.1:2010, 7.2.16).
inline constexpr std::array<double, 3> kD50 = {0.9642, 1.0, 0.8249};

Matrix3 multiply(const Matrix3& a, const Matrix3& b);
/// All zeros when there is none.
Matrix3 inverse(const Matrix3& matrix);

/// Linear sRGB to CIE XYZ as ICC profiles hold it: adapted to D50 by Bradford's transform (ICC.1:2010, annex E).
Matrix3 srgb_to_xyz_d50();
/// Columns: red, green and blue of chromaticities (x, y), scaled so that they add up to the white (x, y), then adapted
/// from that white to D50. All zeros when the primaries lie on a line.
Matrix3 primaries_to_xyz_d50(const std::array<std::array<double, 2>, 3>& primaries, std::array<double, 2> white);

/// Converts between one such space and sRGB-encoded values. sRGB's may be beyond 0..1 (colours that it lacks).
class Shaper {
 public:
  /// `curve(c, x)`: light 0..1 of the value x, 0..1, of channel c; rising. `to_xyz`: of that light, D50.
  Shaper(const std::function<double(int, double)>& curve, const Matrix3& to_xyz);

  /// Rows of `count` RGB pixels; `from` and `to` may be the same. Values of the space are clipped to 0..1.
  void to_srgb(const float* from, float* to, std::size_t count) const;
  void from_srgb(const float* from, float* to, std::size_t count) const;

  /// Whether to_srgb() changes no value by more than half a level of 8 bits.
  bool is_srgb() const;

 private:
  std::array<std::vector<float>, 3> light_;  // at x = i / kSteps
  std::array<std::vector<float>, 3> value_;  // at light = (i / kInverseSteps)^2
  std::array<std::array<float, 3>, 3> to_{}, from_{};
};

}  // namespace impasto::IMPASTO_ABI
