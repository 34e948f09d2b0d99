#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "image/features.h"
#include "image/sample_pictures.h"
#include "impasto/image.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

namespace {

Image half_transparent(int width, int height, std::uint32_t levels) {
  Image image = noise(width, height, levels);
  image.set_alpha(noise_alpha(width, height, levels));
  return image;
}

struct Kind {
  const char* name;
  EncodeOptions options;
  std::uint32_t levels;
};

std::vector<Kind> exact_kinds() {
  std::vector<Kind> kinds = {{"a.png", {}, 255}, {"b.png", {.bits = 16}, 65535}};
  if (kHasTiff) kinds.push_back({"a.tif", {}, 255}), kinds.push_back({"b.tif", {.bits = 16}, 65535});
  if (kHasWebp) kinds.push_back({"a.webp", {.webp_quality = 100}, 255});
  return kinds;
}

}  // namespace

TEST_CASE("alpha: 8 and 16 bits come back exactly from PNG, TIFF and lossless WebP") {
  const TempFolder folder;
  for (const Kind& kind : exact_kinds()) {
    INFO(kind.name);
    const Image opaque = noise(17, 11, kind.levels);
    save_image(opaque, folder / kind.name, kind.options);
    const Image plain = load_image(folder / kind.name);
    CHECK(largest_difference(opaque, plain) == 0.0f);
    CHECK(plain.alpha().empty());
    CHECK(plain.metadata().bits == kind.options.bits);

    const Image image = half_transparent(17, 11, kind.levels);
    save_image(image, folder / kind.name, kind.options);
    const Image loaded = load_image(folder / kind.name);
    CHECK(loaded.alpha_use() == AlphaUse::straight);
    CHECK(largest_difference(loaded.alpha(), image.alpha()) == 0.0f);
    CHECK(largest_difference(loaded, image) == 0.0f);
  }
}

TEST_CASE("alpha: what was loaded is saved with the colours it had, not those over white") {
  const TempFolder folder;
  for (const Kind& kind : exact_kinds()) {
    INFO(kind.name);
    const Image image = half_transparent(23, 9, kind.levels);
    save_image(image, folder / kind.name, kind.options);
    const Image loaded = load_image(folder / kind.name);
    save_image(loaded, folder / kind.name, kind.options);
    const Image again = load_image(folder / kind.name);
    CHECK(largest_difference(again.alpha(), image.alpha()) == 0.0f);
    CHECK(largest_difference(again, loaded) == 0.0f);
  }
}

TEST_CASE("alpha: a JPEG shows the picture over white") {
  const TempFolder folder;
  Image image = gradient(32, 32);
  image.set_alpha(std::vector<float>(32 * 32, 0.25f));
  const EncodeOptions best{.jpeg_quality = 100, .jpeg_subsampling = false};
  save_image(image, folder / "straight.jpg", best);
  CHECK(largest_difference(load_image(folder / "straight.jpg").pixels(), over_white(image)) < 4.0f / 255);
  CHECK(load_image(folder / "straight.jpg").alpha().empty());
  image.set_alpha(std::vector<float>(32 * 32, 0.25f), AlphaUse::over_white);
  save_image(image, folder / "seen.jpg", best);
  CHECK(largest_difference(load_image(folder / "seen.jpg"), image) < 4.0f / 255);
}

TEST_CASE("alpha: a painting gets its content's alpha at its own size, and keeps its own colours under it") {
  const TempFolder folder;
  Image content = gradient(40, 20);
  std::vector<float> alpha(40 * 20, 1.0f);
  for (std::size_t i = 0; i < alpha.size(); ++i) alpha[i] = i % 40 < 20 ? 0.5f : 1.0f;
  content.set_alpha(alpha, AlphaUse::over_white);
  content.set_metadata({.xmp = {1, 2, 3}});
  Image painting = noise(20, 10, 255);
  const Image before = painting;
  keep_extras(painting, content);
  REQUIRE(painting.alpha().size() == 200);
  CHECK(painting.alpha()[0] == doctest::Approx(0.5));
  CHECK(painting.alpha()[19] == doctest::Approx(1.0));
  CHECK(painting.alpha_use() == AlphaUse::straight);
  CHECK(painting.metadata().xmp.size() == 3);
  CHECK(largest_difference(painting, before) == 0.0f);
  save_image(painting, folder / "a.png");
  CHECK(largest_difference(load_image(folder / "a.png"), painting) < 1.0f / 255);

  keep_extras(painting, gradient(5, 5));
  CHECK(painting.alpha().empty());
  CHECK(painting.metadata().xmp.empty());
  Image nothing;
  error_of(ErrorCode::input, [&] { keep_extras(nothing, content); });
}

TEST_CASE("alpha: a plane of the wrong size is refused, values are clipped, and an empty plane is opaque") {
  Image image(3, 2);
  CHECK(contains(error_of(ErrorCode::input, [&] { image.set_alpha({1, 1}); }), "wanted are 6 values"));
  image.set_alpha({-1, 2, std::numeric_limits<float>::quiet_NaN(), 0.5f, 0, 1});
  const std::vector<float> wanted = {0, 1, 0, 0.5f, 0, 1};
  CHECK(std::equal(wanted.begin(), wanted.end(), image.alpha().begin(), image.alpha().end()));
  image.set_alpha({});
  CHECK(image.alpha().empty());
}

// Straight colours count by their alpha: what Pillow 13.0 gives for RGBA at half the size (BOX, 255 0 0 128 beside
// 0 255 0 0): 255 0 0 64.
TEST_CASE("alpha: resizing keeps colours that nobody sees out of those that are seen") {
  for (const Filter filter : {Filter::bilinear, Filter::triangle, Filter::area, Filter::lanczos3}) {
    for (const bool linear : {false, true}) {
      Image image(8, 4);
      std::vector<float> alpha(32);
      for (int i = 0; i < 32; ++i) {
        const bool seen = i % 8 < 5;
        image.at(i % 8, i / 8, seen ? 0 : 1) = 1;
        alpha[static_cast<std::size_t>(i)] = seen ? 0.5f : 0.0f;
      }
      image.set_alpha(alpha);
      const Image small = resize(image, 4, 2, {filter, linear});
      for (int x = 0; x < 4; ++x) {
        const float a = small.alpha()[static_cast<std::size_t>(x)];
        if (a < 1e-4f) continue;
        CHECK(small.at(x, 0, 0) == doctest::Approx(1).epsilon(1e-4));
        CHECK(small.at(x, 0, 1) == doctest::Approx(0).epsilon(1e-4));
      }
      if (filter == Filter::area) CHECK(small.alpha()[2] == doctest::Approx(0.25));
    }
  }
}

TEST_CASE("alpha: every way of resizing takes alpha and metadata along") {
  Image image = gradient(12, 8);
  image.set_alpha(std::vector<float>(12 * 8, 0.3f), AlphaUse::over_white);
  image.set_metadata({.exif = {7}});
  for (const Filter filter : {Filter::bilinear, Filter::triangle, Filter::area, Filter::lanczos3}) {
    for (const bool linear : {false, true}) {
      const Image small = resize(image, 5, 3, {filter, linear});
      REQUIRE(small.alpha().size() == 15);
      for (const float a : small.alpha()) CHECK(a == doctest::Approx(0.3));
      CHECK(small.alpha_use() == AlphaUse::over_white);
      CHECK(small.metadata().exif.size() == 1);
    }
  }
}

}  // namespace impasto::testing
