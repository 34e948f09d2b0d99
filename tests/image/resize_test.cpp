#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "impasto/image.h"
#include "support/error_of.h"

namespace impasto::testing {

namespace {

// All three channels alike, scaled by 1, 10 and -1 so that a mix-up of channels shows.
Image grey(int width, int height, const std::vector<float>& values) {
  Image image(width, height);
  for (std::size_t i = 0; i < values.size(); ++i) {
    image.pixels()[3 * i] = values[i];
    image.pixels()[3 * i + 1] = 10 * values[i];
    image.pixels()[3 * i + 2] = -values[i];
  }
  return image;
}

void check_values(const Image& image, int width, int height, const std::vector<double>& wanted) {
  REQUIRE(image.width() == width);
  REQUIRE(image.height() == height);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(static_cast<double>(image.pixels()[3 * i]) == doctest::Approx(wanted[i]).epsilon(1e-6));
    CHECK(static_cast<double>(image.pixels()[3 * i + 1]) == doctest::Approx(10 * wanted[i]).epsilon(1e-6));
    CHECK(static_cast<double>(image.pixels()[3 * i + 2]) == doctest::Approx(-wanted[i]).epsilon(1e-6));
  }
}

}  // namespace

TEST_CASE("resize: the same size gives the same picture") {
  const Image image = grey(3, 2, {1, 2, 3, 4, 5, 7});
  check_values(resize_bilinear(image, 3, 2), 3, 2, {1, 2, 3, 4, 5, 7});
  check_values(resize_antialiased(image, 3, 2), 3, 2, {1, 2, 3, 4, 5, 7});
}

TEST_CASE("resize: enlarging by two has half-pixel centres and clamped edges") {
  const Image image = grey(2, 1, {0, 4});
  check_values(resize_bilinear(image, 4, 1), 4, 1, {0, 1, 3, 4});
  check_values(resize_antialiased(image, 4, 1), 4, 1, {0, 1, 3, 4});
  check_values(resize_bilinear(grey(1, 2, {0, 4}), 1, 4), 1, 4, {0, 1, 3, 4});
}

// The values below come from tf.image.resize of TensorFlow 2.x.
TEST_CASE("resize: shrinking without antialiasing samples, with it averages") {
  const Image image = grey(6, 1, {0, 0, 6, 0, 0, 12});
  check_values(resize_bilinear(image, 2, 1), 2, 1, {0, 0});
  check_values(resize_antialiased(image, 2, 1), 2, 1, {1.5, 3.75});
}

TEST_CASE("resize: one pixel fills any size, and any picture shrinks to one pixel") {
  check_values(resize_bilinear(grey(1, 1, {3}), 3, 2), 3, 2, {3, 3, 3, 3, 3, 3});
  check_values(resize_antialiased(grey(1, 1, {3}), 3, 2), 3, 2, {3, 3, 3, 3, 3, 3});
  const Image square = grey(2, 2, {1, 2, 3, 6});
  check_values(resize_bilinear(square, 1, 1), 1, 1, {3});
  check_values(resize_antialiased(square, 1, 1), 1, 1, {3});
}

TEST_CASE("resize: an even picture stays even at odd sizes") {
  const Image image = grey(7, 5, std::vector<float>(35, 0.3f));
  for (const auto& [width, height] : {std::pair(3, 11), {13, 2}, {1, 1}, {100, 3}}) {
    for (const Image& result : {resize_bilinear(image, width, height), resize_antialiased(image, width, height)}) {
      REQUIRE(result.pixels().size() == static_cast<std::size_t>(width * height * 3));
      for (std::size_t i = 0; i < result.pixels().size(); i += 3) CHECK(std::abs(result.pixels()[i] - 0.3f) <= 1e-6f);
    }
  }
}

TEST_CASE("resize: an empty picture and sizes outside the limits are refused") {
  const Image image(2, 2);
  for (const auto& [width, height] : {std::pair(0, 1), {1, -1}, {65536, 1}, {65535, 65535}}) {
    error_of(ErrorCode::input, [&, w = width, h = height] { resize_bilinear(image, w, h); });
    error_of(ErrorCode::input, [&, w = width, h = height] { resize_antialiased(image, w, h); });
  }
  error_of(ErrorCode::input, [] { resize_bilinear(Image(), 2, 2); });
  error_of(ErrorCode::input, [] { resize_antialiased(Image(), 2, 2); });
}

}  // namespace impasto::testing
