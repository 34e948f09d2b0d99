// Alpha of the content: seen on white by the network, straight in the painting.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "impasto/stylise.h"

namespace impasto::testing {
namespace {

// Red, opaque on the left, then half transparent, then not seen at all with green beneath.
Image red(int width, int height) {
  Image image(width, height);
  std::vector<float> alpha;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int third = 3 * x / width;
      image.at(x, y, third == 2 ? 1 : 0) = 1;
      alpha.push_back(third == 0 ? 1.0F : third == 1 ? 128 / 255.0F : 0.0F);
    }
  }
  image.set_alpha(alpha);
  return image;
}

Options still() {
  Options options = preset("default", Weights::formula());
  options.start = Start::content;
  options.noise_amplitude = 0;
  options.colour = ColourMode::style;
  return options;
}

void check_pixel(const Image& image, int x, int y, float r, float g, float b, float tolerance = 1e-4F) {
  const float wanted[3] = {r, g, b};
  for (int c = 0; c < 3; ++c) {
    const float got = image.at(x, y, c), want = wanted[c];
    CHECK_MESSAGE(std::abs(got - want) <= tolerance, "channel ", c, ": ", got, ", wanted ", want);
  }
}

}  // namespace

// Pillow, ImageMagick and GIMP keep the straight colours of such a file: red at alpha 128 is 255 0 0 128, and blended
// once, on a white page, 255 127 127.
TEST_CASE("style: colours under half-transparent parts are blended for the network only, and come back straight") {
  const Image content = red(48, 32);
  Options options = still();
  options.size = 48;
  const Stylizer stylizer(content, Image(16, 16), Weights::formula(), options);
  const Image painting = stylizer.image();
  REQUIRE(painting.alpha().size() == content.alpha().size());
  CHECK(painting.alpha_use() == AlphaUse::straight);
  CHECK(std::equal(painting.alpha().begin(), painting.alpha().end(), content.alpha().begin()));
  check_pixel(painting, 4, 4, 1, 0, 0);
  check_pixel(painting, 24, 4, 1, 0, 0);
  check_pixel(painting, 44, 4, 0, 1, 0);
  // What the network sees: pink and white.
  const Image seen = denormalise(stylizer.values(), 48, 32);
  check_pixel(seen, 24, 4, 1, 127 / 255.0F, 127 / 255.0F);
  check_pixel(seen, 44, 4, 1, 1, 1);
}

TEST_CASE("style: at another size edges keep the colours that are seen") {
  Options options = still();
  options.size = 30;
  const Image painting = Stylizer(red(48, 32), Image(16, 16), Weights::formula(), options).image();
  for (int x = 0; x < 30; ++x) {
    if (painting.alpha()[static_cast<std::size_t>(x)] > 0.01F) check_pixel(painting, x, 5, 1, 0, 0, 1e-3F);
  }
}

TEST_CASE("style: protected places keep their straight colours and alpha while the rest is painted") {
  Pictures pictures{.content = red(48, 32)};
  pictures.styles.push_back({.image = Image(16, 16)});
  pictures.protect = Image(48, 32);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 24; ++x) {
      for (int c = 0; c < 3; ++c) pictures.protect.at(x, y, c) = 1;
    }
  }
  Options options = still();
  options.size = 48;
  options.iterations = {3};
  const Image painting = stylise(pictures, Weights::formula(), options).image;
  check_pixel(painting, 4, 4, 1, 0, 0);
  check_pixel(painting, 20, 4, 1, 0, 0, 1e-3F);
  CHECK(painting.alpha()[20] == 128 / 255.0F);
}

TEST_CASE("style: paint that is darker than alpha can show on white keeps its hue instead of turning black") {
  // Everything becomes the dark blue that the start says; at alpha 1/4 white alone is lighter than that.
  Image content(16, 16);
  std::fill(content.pixels().begin(), content.pixels().end(), 0.5F);
  content.set_alpha(std::vector<float>(256, 0.25F));
  Image blue(16, 16);
  for (int i = 0; i < 256; ++i) blue.at(i % 16, i / 16, 1) = 0.2F, blue.at(i % 16, i / 16, 2) = 0.6F;
  Options options = still();
  options.width = options.height = 16;
  options.scale_count = 1;
  options.start = Start::values;
  options.start_values = normalise(blue);
  const Image painting = Stylizer(content, Image(16, 16), Weights::formula(), options).image();
  check_pixel(painting, 5, 5, 0, 0.2F, 0.6F);
}

}  // namespace impasto::testing
