#include "image/png.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "image/raw_pictures.h"
#include "support/error_of.h"

namespace impasto::testing {

namespace {

void check_pixel(const Image& image, int x, int y, const std::array<double, 3>& wanted) {
  for (int c = 0; c < 3; ++c) {
    const double got = static_cast<double>(image.at(x, y, c));
    const double want = wanted[static_cast<std::size_t>(c)];
    // 1e-6 is a twentieth of a 16-bit level.
    CHECK_MESSAGE(std::abs(got - want) <= 1e-6, "(", x, ", ", y, ") channel ", c, " got ", got, " wanted ", want);
  }
}

void check_grey(const Image& image, int x, double wanted) { check_pixel(image, x, 0, {wanted, wanted, wanted}); }

std::string refusal(const Bytes& bytes) {
  return error_of(ErrorCode::input, [&] { decode_png(bytes, "picture 'a.png'"); });
}

// 9 x 7 pixels, each with a colour of its own.
RawPng colourful() {
  RawPng raw{.width = 9, .height = 7};
  for (int y = 0; y < 7; ++y) {
    Bytes row;
    for (int x = 0; x < 9; ++x) {
      row.insert(row.end(), {static_cast<std::uint8_t>(x * 28), static_cast<std::uint8_t>(y * 36),
                             static_cast<std::uint8_t>(x * 10 + y * 20)});
    }
    raw.rows.push_back(row);
  }
  return raw;
}

void check_colourful(const Image& image) {
  CHECK(image.width() == 9);
  CHECK(image.height() == 7);
  for (int y = 0; y < 7; ++y) {
    for (int x = 0; x < 9; ++x) check_pixel(image, x, y, {x * 28 / 255.0, y * 36 / 255.0, (x * 10 + y * 20) / 255.0});
  }
}

}  // namespace

TEST_CASE("png: RGB of 8 bits, plain and interlaced") {
  RawPng raw = colourful();
  check_colourful(decode_png(make_png(raw), "a.png"));
  raw.interlaced = true;
  check_colourful(decode_png(make_png(raw), "a.png"));
}

TEST_CASE("png: RGB of 16 bits keeps its precision") {
  const RawPng raw{.depth = 16, .rows = {{0x12, 0x34, 0x00, 0x01, 0xFF, 0xFF}}};
  check_pixel(decode_png(make_png(raw), "a.png"), 0, 0, {0x1234 / 65535.0, 1 / 65535.0, 1});
}

TEST_CASE("png: grey of 1, 2, 4, 8 and 16 bits") {
  const auto grey = [](int depth, const Bytes& row) {
    return decode_png(make_png({.width = 2, .depth = depth, .colour = PNG_COLOR_TYPE_GRAY, .rows = {row}}), "a.png");
  };
  check_grey(grey(1, {0x40}), 0, 0);
  check_grey(grey(1, {0x40}), 1, 1);
  check_grey(grey(2, {0x90}), 0, 2 / 3.0);
  check_grey(grey(2, {0x90}), 1, 1 / 3.0);
  check_grey(grey(4, {0x3C}), 0, 3 / 15.0);
  check_grey(grey(4, {0x3C}), 1, 12 / 15.0);
  check_grey(grey(8, {7, 200}), 1, 200 / 255.0);
  check_grey(grey(16, {0, 7, 0xAB, 0xCD}), 1, 0xABCD / 65535.0);
}

TEST_CASE("png: a palette of 1, 2, 4 and 8 bits") {
  for (const int depth : {1, 2, 4, 8}) {
    RawPng raw{.width = 2, .depth = depth, .colour = PNG_COLOR_TYPE_PALETTE};
    raw.rows = {depth == 8 ? Bytes{1, 0} : Bytes{static_cast<std::uint8_t>(1 << (8 - depth))}};
    raw.palette = {{10, 20, 30}, {40, 50, 60}};
    const Image image = decode_png(make_png(raw), "a.png");
    check_pixel(image, 0, 0, {40 / 255.0, 50 / 255.0, 60 / 255.0});
    check_pixel(image, 1, 0, {10 / 255.0, 20 / 255.0, 30 / 255.0});
  }
}

TEST_CASE("png: alpha is kept aside, and the colours under it stay what they are") {
  const RawPng rgba{
      .width = 3, .colour = PNG_COLOR_TYPE_RGB_ALPHA, .rows = {{9, 8, 7, 0, 9, 8, 7, 255, 0, 100, 255, 51}}};
  const Image image = decode_png(make_png(rgba), "a.png");
  check_pixel(image, 0, 0, {9 / 255.0, 8 / 255.0, 7 / 255.0});
  REQUIRE(image.alpha().size() == 3);
  CHECK(image.alpha()[0] == 0.0f);
  CHECK(image.alpha()[1] == 1.0f);
  CHECK(image.alpha()[2] == doctest::Approx(0.2));
  check_pixel(image, 1, 0, {9 / 255.0, 8 / 255.0, 7 / 255.0});
  check_pixel(image, 2, 0, {0, 100 / 255.0, 1});

  const RawPng deep{.depth = 16, .colour = PNG_COLOR_TYPE_GRAY_ALPHA, .rows = {{0x10, 0x00, 0x12, 0x34}}};
  check_grey(decode_png(make_png(deep), "a.png"), 0, 0x1000 / 65535.0);
  CHECK(decode_png(make_png(deep), "a.png").alpha()[0] == doctest::Approx(0x1234 / 65535.0));
  const RawPng grey{.colour = PNG_COLOR_TYPE_GRAY_ALPHA, .rows = {{100, 102}}};
  check_grey(decode_png(make_png(grey), "a.png"), 0, 100 / 255.0);
}

TEST_CASE("png: transparent palette entries and a transparent colour become alpha") {
  RawPng palette{.width = 2, .colour = PNG_COLOR_TYPE_PALETTE, .rows = {{0, 1}}};
  palette.palette = {{0, 0, 0}, {0, 0, 0}};
  palette.palette_alpha = {51};
  const Image image = decode_png(make_png(palette), "a.png");
  check_grey(image, 0, 0);
  REQUIRE(image.alpha().size() == 2);
  CHECK(image.alpha()[0] == doctest::Approx(0.2));
  CHECK(image.alpha()[1] == 1.0f);

  RawPng colour{.width = 2, .rows = {{1, 2, 3, 4, 5, 6}}, .has_transparent = true};
  colour.transparent.red = 4, colour.transparent.green = 5, colour.transparent.blue = 6;
  check_pixel(decode_png(make_png(colour), "a.png"), 0, 0, {1 / 255.0, 2 / 255.0, 3 / 255.0});
  CHECK(decode_png(make_png(colour), "a.png").alpha()[0] == 1.0f);
  CHECK(decode_png(make_png(colour), "a.png").alpha()[1] == 0.0f);

  RawPng deep{.width = 2, .depth = 16, .colour = PNG_COLOR_TYPE_GRAY, .rows = {{1, 2, 1, 3}}, .has_transparent = true};
  deep.transparent.gray = 0x0102;
  CHECK(decode_png(make_png(deep), "a.png").alpha()[0] == 0.0f);
  check_grey(decode_png(make_png(deep), "a.png"), 1, 0x0103 / 65535.0);
}

// IEND has 12 bytes, the checksum before it 4: up to there a file may be cut with all of its pixels.
TEST_CASE(
    "png: a file cut at any length is refused, or read with a warning where only checksum and end mark are missing") {
  for (const bool interlaced : {false, true}) {
    RawPng raw = colourful();
    raw.interlaced = interlaced;
    const Bytes bytes = make_png(raw);
    for (std::size_t length = 8; length < bytes.size(); ++length) {
      CAPTURE(length);
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      if (length >= bytes.size() - 16) {
        const Image image = decode_png(cut, "picture 'a.png'");
        check_colourful(image);
        REQUIRE(image.metadata().warnings.size() == 1);
        CHECK(
            contains(image.metadata().warnings[0], "picture 'a.png' has no end mark, but all of its pixels are there"));
      } else {
        CHECK(contains(refusal(cut), "picture 'a.png' is a PNG that ends before its picture is complete"));
      }
    }
    CHECK(decode_png(bytes, "a.png").metadata().warnings.empty());
  }
}

TEST_CASE("png: sizes above the limits, or that the bytes cannot hold, are refused before memory is taken") {
  CHECK(contains(refusal(make_png({.width = 500000, .height = 500000})), "has 500000 x 500000 pixels"));
  CHECK(contains(refusal(make_png({.width = 16385, .height = 16384})), "promises 16385 x 16384 pixels, more than"));
  CHECK(contains(refusal(make_png({.width = 8000, .height = 8000})), "promises 8000 x 8000 pixels"));
}

TEST_CASE("png: what is written is read back to the byte") {
  Image image(9, 7);
  int level = 0;
  for (float& value : image.pixels()) value = static_cast<float>(level++ % 256) / 255.0f;
  for (const Rounding rounding : {Rounding::nearest, Rounding::truncate}) {
    const Image back = decode_png(encode_png(image, {.rounding = rounding}), "a.png");
    CHECK(std::equal(image.pixels().begin(), image.pixels().end(), back.pixels().begin(), back.pixels().end()));
  }
}

TEST_CASE("png: values are clipped, and rounded or truncated as asked") {
  const auto written = [](float value, Rounding rounding) {
    Image image(1, 1);
    image.at(0, 0, 0) = value;
    return std::lround(decode_png(encode_png(image, {.rounding = rounding}), "a.png").at(0, 0, 0) * 255.0f);
  };
  CHECK(written(-1.0f, Rounding::nearest) == 0);
  CHECK(written(7.0f, Rounding::nearest) == 255);
  CHECK(written(std::nanf(""), Rounding::nearest) == 0);
  CHECK(written(100.6f / 255.0f, Rounding::nearest) == 101);
  CHECK(written(100.4f / 255.0f, Rounding::nearest) == 100);
  CHECK(written(100.6f / 255.0f, Rounding::truncate) == 100);
}

}  // namespace impasto::testing
