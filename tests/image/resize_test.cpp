#include "image/resize.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "image/sample_pictures.h"
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

TEST_CASE("resize: area is the mean by the share covered") {
  check_values(resize(grey(6, 1, {0, 3, 6, 0, 0, 12}), 2, 1, {Filter::area}), 2, 1, {3, 4});
  // 5 to 2: the middle pixel counts half for either side.
  check_values(resize(grey(5, 1, {1, 2, 4, 8, 16}), 2, 1, {Filter::area}), 2, 1, {5 / 2.5, 26 / 2.5});
  check_values(resize(grey(1, 5, {1, 2, 4, 8, 16}), 1, 2, {Filter::area}), 1, 2, {5 / 2.5, 26 / 2.5});
  check_values(resize(grey(2, 1, {0, 4}), 4, 1, {Filter::area}), 4, 1, {0, 0, 4, 4});
  check_values(resize(grey(2, 1, {0, 4}), 3, 1, {Filter::area}), 3, 1, {0, 2, 4});
}

TEST_CASE("resize: the filters named are the functions of that name, to the bit") {
  const Image image = noise(31, 17, 255);
  for (const auto& [width, height] : {std::pair(9, 5), {64, 40}, {31, 17}}) {
    CHECK(largest_difference(resize(image, width, height, {Filter::bilinear}), resize_bilinear(image, width, height)) ==
          0);
    CHECK(largest_difference(resize(image, width, height, {Filter::triangle}),
                             resize_antialiased(image, width, height)) == 0);
  }
}

TEST_CASE("resize: the same bits on any number of threads, with alpha and without") {
  Image opaque(61, 47);
  for (std::size_t i = 0; i < opaque.pixels().size(); ++i) opaque.pixels()[i] = static_cast<float>(i * 37 % 101) / 100;
  Image clear = opaque;
  std::vector<float> alpha(clear.pixels().size() / 3);
  for (std::size_t i = 0; i < alpha.size(); ++i) alpha[i] = static_cast<float>(i % 11) / 10;
  clear.set_alpha(alpha);
  for (const Image& image : {opaque, clear}) {
    for (const Filter filter : {Filter::bilinear, Filter::triangle, Filter::area, Filter::lanczos3}) {
      const Image one = resize(image, 40, 80, {.filter = filter}),
                  many = resize(image, 40, 80, {.filter = filter}, Context(3));
      CHECK(std::equal(one.pixels().begin(), one.pixels().end(), many.pixels().begin()));
      CHECK(std::equal(one.alpha().begin(), one.alpha().end(), many.alpha().begin()));
    }
  }
}

TEST_CASE("resize: in linear light black and white stripes become the grey that is as bright as they are") {
  Image stripes(32, 4);
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 32; x += 2) stripes.at(x, y, 0) = stripes.at(x, y, 1) = stripes.at(x, y, 2) = 1.0f;
  }
  for (const Filter filter : {Filter::area, Filter::triangle}) {
    CHECK(resize(stripes, 16, 4, {filter, true}).at(8, 2, 1) == doctest::Approx(0.735357).epsilon(1e-5));
    CHECK(resize(stripes, 16, 4, {filter, false}).at(8, 2, 1) == doctest::Approx(0.5).epsilon(1e-5));
  }
  // Even colours stay, those beyond sRGB too.
  for (const float value : {-0.3f, 0.0f, 0.02f, 0.5f, 1.0f, 1.2f}) {
    Image even(8, 8);
    for (float& one : even.pixels()) one = value;
    for (const Filter filter : {Filter::bilinear, Filter::triangle, Filter::area, Filter::lanczos3}) {
      const Image resized = resize(even, 5, 11, {filter, true});
      for (const float got : resized.pixels()) CHECK(std::abs(got - value) < 2e-6f);
    }
  }
}

TEST_CASE("resize: Lanczos does not overshoot what the picture reaches or 0..1") {
  Image step(20, 20);
  for (int y = 0; y < 20; ++y) {
    for (int x = 10; x < 20; ++x) step.at(x, y, 0) = 1.0f, step.at(x, y, 1) = 1.3f;
  }
  for (const bool linear : {false, true}) {
    const Image big = resize(step, 61, 61, {Filter::lanczos3, linear});
    float low = 1, high = 0;
    for (const float value : big.pixels()) low = std::min(low, value), high = std::max(high, value);
    CHECK(low == 0.0f);
    CHECK(high == doctest::Approx(1.3f).epsilon(1e-6));
  }
}

TEST_CASE("resize: an empty picture and sizes outside the limits are refused") {
  const Image image(2, 2);
  for (const auto& [width, height] : {std::pair(0, 1), {1, -1}, {kMaxImageSide + 1, 1}, {1 << 18, 1 << 18}}) {
    error_of(ErrorCode::input, [&, w = width, h = height] { resize_bilinear(image, w, h); });
    error_of(ErrorCode::input, [&, w = width, h = height] { resize_antialiased(image, w, h); });
    error_of(ErrorCode::input, [&, w = width, h = height] { resize(image, w, h); });
  }
  error_of(ErrorCode::input, [] { resize_bilinear(Image(), 2, 2); });
  error_of(ErrorCode::input, [] { resize_antialiased(Image(), 2, 2); });
}

}  // namespace impasto::testing
