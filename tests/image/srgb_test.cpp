// The curve of sRGB and colour spaces of primaries and curves, without LittleCMS.
#include "image/srgb.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "image/png.h"
#include "image/raw_pictures.h"
#include "image/sample_pictures.h"
#include "image/shaper.h"

namespace impasto::testing {

namespace {

double encode(double x) { return x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055; }
double decode(double x) { return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4); }

// A PNG of 16-bit RGB with these chunks.
struct Gamma {
  double gamma = 0;
  bool p3_primaries = false, srgb_chunk = false, grey = false;
};

Image read_gamma_png(const Gamma& wanted, const Bytes& row) {
  RawPng raw{.width = 1, .depth = 16, .colour = wanted.grey ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, .rows = {row}};
  raw.gamma = wanted.gamma;
  raw.srgb = wanted.srgb_chunk;
  if (wanted.p3_primaries) raw.chromaticities = {0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060};
  return decode_png(make_png(raw), "gamma.png");
}

}  // namespace

TEST_CASE("srgb: both curves follow their formulas, mirrored below 0 and continued above 1") {
  double worst_encode = 0, worst_decode = 0;
  const auto error = [](float got, double wanted) {
    return std::abs(static_cast<double>(got) - wanted) / std::max(1.0, wanted);
  };
  for (int i = 0; i <= 300000; ++i) {
    const double x = i / 200000.0;  // to 1.5
    const auto value = static_cast<float>(x);
    worst_encode = std::max(worst_encode, error(srgb_encode(value), encode(x)));
    worst_decode = std::max(worst_decode, error(srgb_decode(value), decode(x)));
    if (srgb_encode(-value) != -srgb_encode(value) || srgb_decode(-value) != -srgb_decode(value)) FAIL("not mirrored");
  }
  CHECK(worst_encode < 4e-7);
  CHECK(worst_decode < 4e-7);
  CHECK(srgb_encode(0.0f) == 0.0f);
  CHECK(srgb_encode(1.0f) == doctest::Approx(1.0f).epsilon(1e-7));
}

TEST_CASE("shaper: sRGB itself is known as such, other primaries and curves are not") {
  const auto curve = [](int, double x) { return decode(x); };
  CHECK(Shaper(curve, srgb_to_xyz_d50()).is_srgb());
  const Matrix3 p3 = primaries_to_xyz_d50({{{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}}, {0.3127, 0.3290});
  CHECK_FALSE(Shaper(curve, p3).is_srgb());
  CHECK_FALSE(Shaper([](int, double x) { return std::pow(x, 1.8); }, srgb_to_xyz_d50()).is_srgb());
  // The numbers of ICC's own sRGB profile.
  const Matrix3 known = {{{0.43607, 0.38515, 0.14307}, {0.22249, 0.71687, 0.06061}, {0.01392, 0.09708, 0.71410}}};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(known[r][c] - srgb_to_xyz_d50()[r][c]) < 2e-4);
  }
}

TEST_CASE("shaper: there and back is the same, at the ends of the curves too") {
  const Matrix3 p3 = primaries_to_xyz_d50({{{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}}, {0.3127, 0.3290});
  for (const double gamma : {1.0, 1.8, 2.2, 2.6}) {
    const Shaper shaper([&](int, double x) { return std::pow(x, gamma); }, p3);
    const Image image = noise(50, 40, 255);
    std::vector<float> there(image.pixels().size()), back(there.size());
    shaper.to_srgb(image.pixels().data(), there.data(), there.size() / 3);
    shaper.from_srgb(there.data(), back.data(), there.size() / 3);
    // Beside a bright channel a dark one loses 1e-7 of light to rounding, and under a curve that is steep at black that
    // is a quarter of a level.
    CHECK(largest_difference(image.pixels(), back) < 0.3f / 255);
  }
}

TEST_CASE("png: gAMA and cHRM are applied unless an sRGB chunk stands beside them or they are sRGB's") {
  const Bytes row = {0x40, 0, 0x80, 0, 0xC0, 0};
  const double raw[3] = {0x4000 / 65535.0, 0x8000 / 65535.0, 0xC000 / 65535.0};
  const auto check = [&](const Image& image, double r, double g, double b, double tolerance = 1e-5) {
    const double wanted[3] = {r, g, b};
    for (int c = 0; c < 3; ++c) {
      const auto got = static_cast<double>(image.at(0, 0, c));
      CHECK_MESSAGE(std::abs(got - wanted[c]) < tolerance, "channel ", c, ": ", got, ", wanted ", wanted[c]);
    }
  };
  check(read_gamma_png({}, row), raw[0], raw[1], raw[2], 1e-7);
  check(read_gamma_png({.gamma = 0.45455}, row), raw[0], raw[1], raw[2], 1e-7);
  check(read_gamma_png({.gamma = 1, .srgb_chunk = true}, row), raw[0], raw[1], raw[2], 1e-7);
  check(read_gamma_png({.gamma = 1}, row), encode(raw[0]), encode(raw[1]), encode(raw[2]));
  check(read_gamma_png({.gamma = 1, .grey = true}, {0x80, 0}), encode(raw[1]), encode(raw[1]), encode(raw[1]));
  // Linear Display P3 by the matrix of both sets of primaries at D65.
  const double r = 1.2249401762805598 * raw[0] - 0.22494017628055996 * raw[1];
  const double g = -0.042056954709688163 * raw[0] + 1.0420569547096881 * raw[1];
  const double b = -0.019637554590334432 * raw[0] - 0.078636045550631889 * raw[1] + 1.0982736001409663 * raw[2];
  check(read_gamma_png({.gamma = 1, .p3_primaries = true}, row), encode(r), encode(g), encode(b), 5e-5);
  // Numbers that make no sense change nothing.
  check(read_gamma_png({.gamma = 0.001}, row), raw[0], raw[1], raw[2], 1e-7);
}

}  // namespace impasto::testing
