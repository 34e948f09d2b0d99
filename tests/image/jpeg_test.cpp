#include "image/jpeg.h"

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

// Two grey levels: what a JPEG of quality 100 may be off by.
constexpr double kLoss = 2.0 / 255.0;

void check_pixel(const Image& image, int x, int y, const std::array<double, 3>& wanted, double tolerance = kLoss) {
  for (int c = 0; c < 3; ++c) {
    const double got = static_cast<double>(image.at(x, y, c));
    const double want = wanted[static_cast<std::size_t>(c)];
    CHECK_MESSAGE(std::abs(got - want) <= tolerance, "(", x, ", ", y, ") channel ", c, " got ", got, " wanted ", want);
  }
}

// 24 x 16 pixels in four quadrants of grey: a b over c d.
constexpr std::uint8_t kQuadrants[4] = {0, 80, 160, 240};

RawJpeg quadrants() {
  RawJpeg raw{.width = 24, .height = 16, .given = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE};
  // Borders at x = 16 and y = 8, on the 8 x 8 blocks, so that no ringing reaches the corners.
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 24; ++x) raw.samples.push_back(kQuadrants[(y >= 8 ? 2 : 0) + (x >= 16 ? 1 : 0)]);
  }
  return raw;
}

void check_orientation(int orientation, bool turned, const std::string& corners) {
  for (const bool big_endian : {false, true}) {
    RawJpeg raw = quadrants();
    raw.exif = make_exif(orientation, big_endian);
    const Image image = decode_jpeg(make_jpeg(raw), "a.jpg");
    const int right = image.width() - 1;
    const int bottom = image.height() - 1;
    CHECK(right == (turned ? 15 : 23));
    CHECK(bottom == (turned ? 23 : 15));
    const std::array<std::array<int, 2>, 4> at = {{{0, 0}, {right, 0}, {0, bottom}, {right, bottom}}};
    for (std::size_t i = 0; i < 4; ++i) {
      const double grey = kQuadrants[corners[i] - 'a'] / 255.0;
      check_pixel(image, at[i][0], at[i][1], {grey, grey, grey});
    }
  }
}

Image one_colour(J_COLOR_SPACE given, J_COLOR_SPACE stored, const Bytes& colour, bool adobe, bool progressive = false) {
  RawJpeg raw{.width = 19, .height = 17, .given = given, .stored = stored};
  raw.adobe = adobe;
  raw.progressive = progressive;
  for (int i = 0; i < raw.width * raw.height; ++i) raw.samples.insert(raw.samples.end(), colour.begin(), colour.end());
  return decode_jpeg(make_jpeg(raw), "a.jpg");
}

std::string refusal(const Bytes& bytes) {
  return error_of(ErrorCode::input, [&] { decode_jpeg(bytes, "picture 'a.jpg'"); });
}

// Overwrites the size in the frame header.
Bytes with_size(Bytes bytes, int width, int height) {
  for (std::size_t i = 2; i + 9 < bytes.size(); i += 2 + static_cast<std::size_t>(bytes[i + 2] << 8 | bytes[i + 3])) {
    if (bytes[i + 1] != 0xC0 && bytes[i + 1] != 0xC2) continue;
    bytes[i + 5] = static_cast<std::uint8_t>(height >> 8);
    bytes[i + 6] = static_cast<std::uint8_t>(height);
    bytes[i + 7] = static_cast<std::uint8_t>(width >> 8);
    bytes[i + 8] = static_cast<std::uint8_t>(width);
    return bytes;
  }
  FAIL("no frame header");
  return bytes;
}

}  // namespace

TEST_CASE("jpeg: orientation 1 leaves the picture as it is") { check_orientation(1, false, "abcd"); }
TEST_CASE("jpeg: orientation 2 mirrors the picture left to right") { check_orientation(2, false, "badc"); }
TEST_CASE("jpeg: orientation 3 turns the picture half round") { check_orientation(3, false, "dcba"); }
TEST_CASE("jpeg: orientation 4 mirrors the picture top to bottom") { check_orientation(4, false, "cdab"); }
TEST_CASE("jpeg: orientation 5 swaps rows and columns") { check_orientation(5, true, "acbd"); }
TEST_CASE("jpeg: orientation 6 turns the picture a quarter to the right") { check_orientation(6, true, "cadb"); }
TEST_CASE("jpeg: orientation 7 swaps rows and columns and turns half round") { check_orientation(7, true, "dbca"); }
TEST_CASE("jpeg: orientation 8 turns the picture a quarter to the left") { check_orientation(8, true, "bdac"); }
TEST_CASE("jpeg: orientations that do not exist are ignored") {
  check_orientation(0, false, "abcd");
  check_orientation(9, false, "abcd");
}

TEST_CASE("jpeg: grey becomes three equal channels") {
  check_pixel(one_colour(JCS_GRAYSCALE, JCS_GRAYSCALE, {100}, false), 18, 16, {100 / 255.0, 100 / 255.0, 100 / 255.0});
}

TEST_CASE("jpeg: YCbCr and RGB, baseline and progressive, give the colour that was put in") {
  for (const bool progressive : {false, true}) {
    for (const J_COLOR_SPACE stored : {JCS_YCbCr, JCS_RGB}) {
      const Image image = one_colour(JCS_RGB, stored, {200, 30, 90}, stored == JCS_RGB, progressive);
      check_pixel(image, 0, 0, {200 / 255.0, 30 / 255.0, 90 / 255.0});
      check_pixel(image, 18, 16, {200 / 255.0, 30 / 255.0, 90 / 255.0});
    }
  }
}

// Pillow 13.0, ImageMagick 6.9.11 and libvips 8.14 read both so: for {0, 0, 128, 255} they give (0, 0, 128).
TEST_CASE("jpeg: CMYK and YCCK hold the absence of ink, with Adobe's marker and without") {
  const double k = 205 / 255.0;
  for (const J_COLOR_SPACE stored : {JCS_CMYK, JCS_YCCK}) {
    check_pixel(one_colour(JCS_CMYK, stored, {255, 155, 0, 205}, true), 9, 9, {k, k * 155 / 255.0, 0});
  }
  check_pixel(one_colour(JCS_CMYK, JCS_CMYK, {255, 155, 0, 205}, false), 9, 9, {k, k * 155 / 255.0, 0});
  check_pixel(one_colour(JCS_CMYK, JCS_CMYK, {0, 0, 128, 255}, false), 9, 9, {0, 0, 128 / 255.0});
}

TEST_CASE("jpeg: a file cut at any length is refused, or read with a warning where every pixel is there") {
  for (const char* scans : {"one", "progressive", "one for each component"}) {
    CAPTURE(scans);
    RawJpeg raw = quadrants();
    raw.progressive = std::string(scans) == "progressive";
    raw.scan_each = std::string(scans) == "one for each component";
    if (raw.scan_each) {
      Bytes colours;
      for (const std::uint8_t grey : raw.samples) colours.insert(colours.end(), {grey, 90, 200});
      raw.given = JCS_RGB, raw.stored = JCS_YCbCr, raw.samples = colours;
    }
    const Bytes bytes = make_jpeg(raw);
    const Image whole = decode_jpeg(bytes, "a.jpg");
    CHECK(whole.metadata().warnings.empty());
    std::size_t read = 0;
    for (std::size_t length = 3; length < bytes.size(); ++length) {
      CAPTURE(length);
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      try {
        const Image image = decode_jpeg(cut, "picture 'a.jpg'");
        ++read;
        CHECK(std::equal(image.pixels().begin(), image.pixels().end(), whole.pixels().begin()));
        REQUIRE(image.metadata().warnings.size() == 1);
        CHECK(
            contains(image.metadata().warnings[0], "picture 'a.jpg' has no end mark, but all of its pixels are there"));
      } catch (const Error& error) {
        CHECK(contains(error.what(), "picture 'a.jpg' is a JPEG that ends before its picture is complete"));
        CHECK(length < bytes.size() - 2);
      }
    }
    CHECK(read >= 2);
    CHECK(read < 8);
  }
}

TEST_CASE("jpeg: rubbish in place of the end mark is passed over with a warning") {
  Bytes bytes = make_jpeg(quadrants());
  bytes.resize(bytes.size() - 2);
  for (int i = 0; i < 5000; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 7));
  const Image image = decode_jpeg(bytes, "a.jpg");
  CHECK(image.width() == 24);
  CHECK(image.metadata().warnings.size() == 1);
}

TEST_CASE("jpeg: bytes after the end of the picture are ignored") {
  Bytes bytes = make_jpeg(quadrants());
  bytes.insert(bytes.end(), 100, 0xAB);
  CHECK(decode_jpeg(bytes, "a.jpg").width() == 24);
}

TEST_CASE("jpeg: sizes above the limits, or that the bytes cannot hold, are refused before memory is taken") {
  const Bytes bytes = make_jpeg(quadrants());
  CHECK(contains(refusal(with_size(bytes, 65500, 65500)), "promises 65500 x 65500 pixels"));
  CHECK(contains(refusal(with_size(bytes, 8000, 8000)), "promises 8000 x 8000 pixels"));
  CHECK(contains(refusal(with_size(bytes, 65535, 10)), "cannot be decoded"));
}

TEST_CASE("jpeg: a picture of thousands of scans is refused") {
  RawJpeg raw = quadrants();
  raw.progressive = true;
  Bytes bytes = make_jpeg(raw);
  // The last scan, from its header to before the end marker, once more and once more.
  std::size_t scan = bytes.size();
  while (!(bytes[scan - 2] == 0xFF && bytes[scan - 1] == 0xDA)) --scan;
  const Bytes last(bytes.begin() + static_cast<std::ptrdiff_t>(scan) - 2, bytes.end() - 2);
  bytes.erase(bytes.end() - 2, bytes.end());
  for (int i = 0; i < 2000; ++i) bytes.insert(bytes.end(), last.begin(), last.end());
  bytes.insert(bytes.end(), {0xFF, 0xD9});
  CHECK(contains(refusal(bytes), "more than 500 scans"));
}

TEST_CASE("jpeg: quality and chroma subsampling are obeyed") {
  // Thin red and blue stripes: their colour survives only without subsampling.
  Image stripes(32, 32);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) stripes.at(x, y, x % 2 == 0 ? 0 : 2) = 1.0f;
  }
  const Bytes half = encode_jpeg(stripes, {.jpeg_quality = 100, .jpeg_subsampling = true});
  const Bytes full = encode_jpeg(stripes, {.jpeg_quality = 100, .jpeg_subsampling = false});
  const Bytes small = encode_jpeg(stripes, {.jpeg_quality = 5, .jpeg_subsampling = false});
  CHECK(decode_jpeg(full, "full").at(4, 4, 0) > 0.95f);
  CHECK(decode_jpeg(half, "half").at(4, 4, 0) < 0.8f);
  CHECK(small.size() < full.size());
}

TEST_CASE("jpeg: a quality outside 1 to 100 and a side above 65500 are refused") {
  const Image image(2, 2);
  for (const int quality : {0, -1, 101}) {
    CHECK(contains(error_of(ErrorCode::usage, [&] { encode_jpeg(image, {.jpeg_quality = quality}); }), "1 (smallest)"));
  }
  CHECK(contains(error_of(ErrorCode::input, [] { encode_jpeg(Image(65501, 1), {}); }), "65500"));
}

}  // namespace impasto::testing
