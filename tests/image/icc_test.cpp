// Colour profiles, with those that LittleCMS makes.
#ifdef IMPASTO_HAS_ICC
#include "image/icc.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "image/features.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "image/profiles.h"
#include "image/raw_pictures.h"
#include "image/sample_pictures.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

namespace {

using Colour = std::array<double, 3>;

double encode(double x) {
  const double size = std::abs(x);
  const double encoded = size <= 0.0031308 ? 12.92 * size : 1.055 * std::pow(size, 1 / 2.4) - 0.055;
  return x < 0 ? -encoded : encoded;
}
double decode(double x) { return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4); }

// Display P3 to sRGB: inverse(sRGB's primaries to XYZ) times (P3's primaries to XYZ), both at D65, so nothing is
// adapted.
Colour srgb_of_p3(const Colour& p3) {
  constexpr double m[3][3] = {{1.2249401762805598, -0.22494017628055996, 0},
                              {-0.042056954709688163, 1.0420569547096881, 0},
                              {-0.019637554590334432, -0.078636045550631889, 1.0982736001409663}};
  Colour srgb{};
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t c = 0; c < 3; ++c) srgb[r] += m[r][c] * decode(p3[c]);
    srgb[r] = encode(srgb[r]);
  }
  return srgb;
}

void check_colour(const Image& image, const Colour& wanted, double tolerance) {
  for (int c = 0; c < 3; ++c) {
    const auto got = static_cast<double>(image.at(0, 0, c));
    const double want = wanted[static_cast<std::size_t>(c)];
    CHECK_MESSAGE(std::abs(got - want) <= tolerance, "channel ", c, ": ", got, ", wanted ", want);
  }
}

Bytes png_with(const Bytes& profile, const Bytes& row, int colour = PNG_COLOR_TYPE_RGB, int depth = 16) {
  RawPng raw{.width = 1, .depth = depth, .colour = colour, .rows = {row}};
  raw.icc = profile;
  return make_png(raw);
}

Bytes words(const Colour& colour) {
  Bytes bytes;
  for (const double value : colour) {
    const auto word = static_cast<std::uint32_t>(std::lround(value * 65535));
    bytes.push_back(static_cast<std::uint8_t>(word >> 8));
    bytes.push_back(static_cast<std::uint8_t>(word));
  }
  return bytes;
}

// One colour in a JPEG of the best quality with this profile.
Image jpeg_with(const Bytes& profile, J_COLOR_SPACE space, const Bytes& colour) {
  RawJpeg raw{.width = 16, .height = 16, .given = space, .stored = space == JCS_RGB ? JCS_YCbCr : space};
  for (int i = 0; i < 256; ++i) raw.samples.insert(raw.samples.end(), colour.begin(), colour.end());
  raw.icc = profile;
  return decode_jpeg(make_jpeg(raw), "a.jpg");
}

// A picture of Display P3 noise as load_image gives it: sRGB values, in part beyond 0..1.
Image p3_picture(int width, int height) {
  RawPng raw{.width = static_cast<std::uint32_t>(width), .height = static_cast<std::uint32_t>(height)};
  std::mt19937 random(9);
  for (int y = 0; y < height; ++y) {
    Bytes row(3 * static_cast<std::size_t>(width));
    for (std::uint8_t& value : row) value = static_cast<std::uint8_t>(random());
    raw.rows.push_back(row);
  }
  raw.icc = display_p3();
  return decode_png(make_png(raw), "p3.png");
}

}  // namespace

TEST_CASE("icc: colours of Display P3 become the sRGB values that the matrices give") {
  const Bytes profile = display_p3();
  for (const Colour& p3 : {Colour{1, 0, 0},
                           {0, 1, 0},
                           {0, 0, 1},
                           {1, 1, 1},
                           {0.5, 0.5, 0.5},
                           {0.2, 0.7, 0.4},
                           {0, 0, 0},
                           {0.9, 0.3, 0.1},
                           {0.02, 0.01, 0.03}}) {
    const Image image = decode_png(png_with(profile, words(p3)), "p3.png");
    check_colour(image, srgb_of_p3(p3), 1.0 / 2550);  // a tenth of a level; profiles round their primaries
    CHECK(image.metadata().icc == profile);
    CHECK(image.metadata().icc_applied);
    CHECK(image.metadata().warnings.empty());
  }
  const Image red = jpeg_with(profile, JCS_RGB, {255, 0, 0});
  check_colour(red, srgb_of_p3({1, 0, 0}), 0.02);
  CHECK(red.at(0, 0, 0) > 1.05f);  // a red that sRGB lacks
}

TEST_CASE("icc: a Display P3 picture is saved in its own colours, to the level, and in sRGB without a profile") {
  const TempFolder folder;
  const Image image = p3_picture(20, 10);
  struct Kind {
    std::string name;
    EncodeOptions options;
  };
  std::vector<Kind> kinds = {{"a.png", {}}, {"b.png", {.bits = 16}}};
  if (kHasTiff) kinds.push_back({"a.tif", {}}), kinds.push_back({"b.tif", {.bits = 16}});
  if (kHasWebp) kinds.push_back({"a.webp", {.webp_quality = 100}});
  for (Kind kind : kinds) {
    INFO(kind.name);
    kind.options.colour = FileColour::original;
    save_image(image, folder / kind.name, kind.options);
    const Image raw = load_image(folder / kind.name, {.apply_profile = false});
    const Image before = decode_png(png_with(display_p3(), {0, 0, 0}, PNG_COLOR_TYPE_RGB, 8), "x");
    CHECK(raw.metadata().icc == image.metadata().icc);
    CHECK_FALSE(raw.metadata().icc_applied);
    const Image back = load_image(folder / kind.name);
    CHECK(largest_difference(back, image) < 1e-5f);  // the same bytes: every level came back

    kind.options.colour = FileColour::srgb;
    save_image(image, folder / kind.name, kind.options);
    const Image srgb = load_image(folder / kind.name);
    CHECK(srgb.metadata().icc.empty());
    for (std::size_t i = 0; i < srgb.pixels().size(); ++i) {
      const float wanted = std::clamp(image.pixels()[i], 0.0f, 1.0f);
      if (std::abs(srgb.pixels()[i] - wanted) > 0.51f / 255) FAIL_CHECK("value ", i);
    }
  }
  save_image(image, folder / "a.jpg", {.jpeg_quality = 100, .jpeg_subsampling = false, .colour = FileColour::original});
  const Image jpeg = load_image(folder / "a.jpg");
  CHECK(jpeg.metadata().icc == image.metadata().icc);
  CHECK(largest_difference(jpeg, image) < 0.1f);
}

TEST_CASE("icc: a painting of another size takes its content's profile") {
  const TempFolder folder;
  Image painting(4, 4);
  for (std::size_t i = 0; i < painting.pixels().size(); ++i) painting.pixels()[i] = i % 3 == 0 ? 1.0f : 0.0f;
  keep_extras(painting, p3_picture(3, 2));
  save_image(painting, folder / "a.png", {.colour = FileColour::original});
  const Image raw = load_image(folder / "a.png", {.apply_profile = false});
  // sRGB's red in Display P3.
  check_colour(raw, {0.9175, 0.2003, 0.1386}, 0.5 / 255);
}

TEST_CASE("icc: an sRGB profile changes no bit and is embedded again when the original colours are asked for") {
  const TempFolder folder;
  const Bytes row = {1, 2, 250};
  const Image plain = decode_png(png_with({}, row, PNG_COLOR_TYPE_RGB, 8), "a.png");
  const Image tagged = decode_png(png_with(srgb_profile(), row, PNG_COLOR_TYPE_RGB, 8), "a.png");
  CHECK(largest_difference(plain, tagged) == 0.0f);
  CHECK(tagged.metadata().icc_applied);
  save_image(tagged, folder / "a.png", {.colour = FileColour::original});
  CHECK(load_image(folder / "a.png").metadata().icc == srgb_profile());
}

TEST_CASE("icc: values are left alone when profiles are not to be applied, and go back as they are") {
  const TempFolder folder;
  const Bytes bytes = png_with(display_p3(), words({0.25, 0.5, 0.75}));
  const Image image = decode_image(bytes, "p3.png", {.apply_profile = false});
  check_colour(image, {0.25, 0.5, 0.75}, 1e-5);
  save_image(image, folder / "a.png", {.bits = 16, .colour = FileColour::original});
  const Image raw = load_image(folder / "a.png", {.apply_profile = false});
  CHECK(largest_difference(raw, image) == 0.0f);
  CHECK(raw.metadata().icc == image.metadata().icc);
}

TEST_CASE("icc: grey of another gamma becomes grey of sRGB") {
  for (const double gamma : {1.0, 1.8, 2.6}) {
    const Bytes profile = grey_profile(gamma);
    for (const int level : {0, 3, 60, 128, 254, 255}) {
      const double wanted = encode(std::pow(level / 255.0, gamma));
      const Bytes row = {static_cast<std::uint8_t>(level)};
      check_colour(decode_png(png_with(profile, row, PNG_COLOR_TYPE_GRAY, 8), "a.png"), {wanted, wanted, wanted},
                   0.002);
      check_colour(jpeg_with(profile, JCS_GRAYSCALE, row), {wanted, wanted, wanted}, 0.002);
    }
  }
}

TEST_CASE("icc: CMYK is read through its profile") {
  const Bytes profile = cmyk_profile();
  for (const Bytes& inks : {Bytes{0, 0, 0, 0}, {255, 0, 0, 0}, {0, 0, 0, 128}, {90, 120, 30, 40}}) {
    const double ink = (inks[0] + inks[1] + inks[2]) / (3 * 255.0);
    const double lightness = 100 * (1 - inks[3] / 255.0) * (1 - ink);
    Bytes stored = inks;
    for (std::uint8_t& value : stored) value = static_cast<std::uint8_t>(255 - value);
    const double f = (lightness + 16) / 116;
    const double wanted = encode(lightness > 8 ? f * f * f : lightness / 903.3);
    const Image image = jpeg_with(profile, JCS_CMYK, stored);
    check_colour(image, {wanted, wanted, wanted}, 0.01);
    CHECK(image.metadata().icc_applied);
  }
  // A painting cannot go back to inks.
  const TempFolder folder;
  save_image(jpeg_with(profile, JCS_CMYK, {255, 255, 255, 246}), folder / "a.png", {.colour = FileColour::original});
  CHECK(load_image(folder / "a.png").metadata().icc.empty());
}

TEST_CASE("icc: a profile of tables is read and written through LittleCMS") {
  const TempFolder folder;
  const Bytes profile = display_p3_by_tables();
  for (const Colour& p3 : {Colour{1, 1, 1}, {0.5, 0.5, 0.5}, {0.2, 0.7, 0.4}, {0.9, 0.3, 0.1}}) {
    const Image image = decode_png(png_with(profile, words(p3)), "p3.png");
    check_colour(image, srgb_of_p3(p3), 0.01);
    save_image(image, folder / "a.png", {.bits = 16, .colour = FileColour::original});
    const Image raw = load_image(folder / "a.png", {.apply_profile = false});
    CHECK(raw.metadata().icc == profile);
    check_colour(raw, p3, 0.02);
  }
}

}  // namespace impasto::testing
#else
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "image/icc.h"
#include "image/jpeg.h"
#include "image/raw_pictures.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

TEST_CASE("icc: without LittleCMS a profile that is not sRGB's is kept with a warning, and goes back untouched") {
  const TempFolder folder;
  RawJpeg raw{.width = 8, .height = 8, .samples = Bytes(192, 77)};
  raw.icc.assign(300, 7);
  const Image image = decode_jpeg(make_jpeg(raw), "a.jpg");
  CHECK(image.metadata().icc == raw.icc);
  REQUIRE(image.metadata().warnings.size() == 1);
  CHECK(contains(image.metadata().warnings[0], "this build lacks LittleCMS"));
  save_image(image, folder / "a.jpg", {.colour = FileColour::original});
  CHECK(load_image(folder / "a.jpg").metadata().icc == raw.icc);
  save_image(image, folder / "a.jpg");
  CHECK(load_image(folder / "a.jpg").metadata().icc.empty());

  const std::string name("s\0R\0G\0B", 7);  // as a profile of version 4 spells it
  std::copy(name.begin(), name.end(), raw.icc.begin() + 200);
  const Image srgb = decode_jpeg(make_jpeg(raw), "b.jpg");
  CHECK(srgb.metadata().icc_applied);
  CHECK(srgb.metadata().warnings.empty());
}

}  // namespace impasto::testing
#endif
