// Masks as regions.
#include "style/guide.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "support/error_of.h"
#include "support/gradcheck.h"

namespace impasto::testing {
namespace {

using Rgb = std::array<float, 3>;

constexpr Rgb kWhite{1, 1, 1}, kBlack{0, 0, 0}, kRed{0.9F, 0.1F, 0.1F}, kBlue{0.1F, 0.1F, 0.9F}, kGreen{0, 0.8F, 0};

// `left` up to column `split`, `right` from there on, and a little noise as JPEG leaves it.
Image halves(int width, int height, int split, const Rgb& left, const Rgb& right, double noise = 0) {
  Image image(width, height);
  Random random(5);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const auto k = static_cast<std::size_t>(c);
        image.at(x, y, c) = (x < split ? left[k] : right[k]) + static_cast<float>(random.uniform(-noise, noise));
      }
    }
  }
  return image;
}

Pictures pictures_of(const Image& content_mask, const std::vector<Image>& style_masks) {
  Pictures pictures;
  pictures.content = Image(8, 8);
  pictures.content_mask = content_mask;
  for (const Image& mask : style_masks) pictures.styles.push_back({Image(8, 8), 1, mask});
  return pictures;
}

TEST_CASE("style: without masks there is one region, which is everywhere") {
  const Guide guide = make_guide(pictures_of({}, {{}, {}}));
  REQUIRE(guide.regions.size() == 1);
  CHECK(guide.regions[0].share == 1);
  CHECK(guide.regions[0].content.empty());
  REQUIRE(guide.regions[0].styles.size() == 2);
  CHECK(guide.regions[0].styles[0].empty());
}

TEST_CASE("style: masks that are white all over make the guide of no masks") {
  const Image white = halves(9, 7, 9, kWhite, kWhite, 0.015);
  const Guide guide = make_guide(pictures_of(white, {white, {}}));
  REQUIRE(guide.regions.size() == 1);
  CHECK(guide.regions[0].share == 1);
  CHECK(guide.regions[0].content.empty());
  CHECK(guide.regions[0].styles[0].empty());
}

TEST_CASE("style: a grey mask is two regions, whose weights add up to 1") {
  const Guide guide =
      make_guide(pictures_of(halves(10, 4, 3, kWhite, {0.5F, 0.5F, 0.5F}), {halves(6, 6, 2, kBlack, kWhite), {}}));
  REQUIRE(guide.regions.size() == 2);
  CHECK(guide.regions[0].name == "white");
  CHECK(guide.regions[1].name == "black");
  CHECK(guide.regions[0].share == doctest::Approx(0.65));
  CHECK(guide.regions[0].share + guide.regions[1].share == doctest::Approx(1));
  for (Index i = 0; i < 40; ++i) {
    CHECK(guide.regions[0].content[i] == doctest::Approx(i % 10 < 3 ? 1 : 0.5));
    CHECK(guide.regions[0].content[i] + guide.regions[1].content[i] == doctest::Approx(1));
  }
  CHECK(guide.regions[0].styles[0][0] == 0);
  CHECK(guide.regions[1].styles[0][0] == 1);
  CHECK(guide.regions[1].styles[1].empty());
}

TEST_CASE("style: a style's grey mask alone says which part of that style is meant") {
  const Guide guide = make_guide(pictures_of({}, {halves(6, 6, 2, kBlack, kWhite)}));
  REQUIRE(guide.regions.size() == 1);
  CHECK(guide.regions[0].content.empty());
  CHECK(guide.regions[0].styles[0][0] == 0);
  CHECK(guide.regions[0].styles[0][5] == 1);
  const Image red = halves(6, 6, 2, kRed, kBlack);
  CHECK(contains(error_of(ErrorCode::input, [&] { make_guide(pictures_of({}, {red})); }), "give the content a mask"));
}

TEST_CASE("style: plain colours are regions, matched by colour through noise, and soft edges go to the nearest") {
  Image content = halves(120, 60, 40, kRed, kBlue, 0.02);
  for (int y = 0; y < 60; ++y) {  // a soft edge of 6 pixels between the two
    for (int x = 37; x < 43; ++x) {
      for (int c = 0; c < 3; ++c) {
        const auto k = static_cast<std::size_t>(c);
        const float towards = (static_cast<float>(x) - 36.5F) / 6;
        content.at(x, y, c) = kRed[k] + towards * (kBlue[k] - kRed[k]);
      }
    }
  }
  const Image style = halves(50, 50, 25, {0.1F, 0.15F, 1}, {0.8F, 0.15F, 0.1F}, 0.02);  // other shades of blue and red
  const Guide guide = make_guide(pictures_of(content, {style}));
  REQUIRE(guide.regions.size() == 2);
  const std::size_t red = guide.regions[0].name[1] > '9' ? 0 : 1;
  CHECK(guide.regions[red].share == doctest::Approx(1.0 / 3));
  for (Index i = 0; i < 120 * 60; ++i) {
    CHECK(guide.regions[red].content[i] == (i % 120 < 40 ? 1 : 0));
    CHECK(guide.regions[1 - red].content[i] == (i % 120 < 40 ? 0 : 1));
  }
  CHECK(guide.regions[red].styles[0][0] == 0);
  CHECK(guide.regions[red].styles[0][49] == 1);
}

TEST_CASE("style: if one mask has colours, black and white of the others are colours too") {
  const Guide guide =
      make_guide(pictures_of(halves(20, 20, 5, kBlack, kGreen), {halves(20, 20, 10, kBlack, kWhite), {}}));
  REQUIRE(guide.regions.size() == 2);
  for (const Region& region : guide.regions) {
    const bool green = region.name == "#00cc00";
    CHECK(region.share == (green ? 0.75 : 0.25));
    CHECK(region.styles[0].shape() == (green ? Shape{1, 1} : Shape{20, 20}));  // the first style has no green
    CHECK(region.styles[1].empty());
  }
}

TEST_CASE("style: a region that no style has is refused with its name and size; a blemish is not a region") {
  const std::string message = error_of(ErrorCode::input, [] {
    make_guide(pictures_of(halves(20, 10, 5, kRed, kBlue), {halves(10, 10, 10, kRed, kRed)}));
  });
  CHECK(contains(message, "region #1a1ae6 (75 % of it) is in no style's mask"));
  CHECK(contains(
      error_of(ErrorCode::input,
               [] { make_guide(pictures_of(halves(8, 8, 4, kBlack, kWhite), {halves(8, 8, 8, kWhite, kWhite)})); }),
      "region black (50 % of it)"));
  Image blemish = halves(100, 100, 100, kWhite, kWhite);
  for (int c = 0; c < 3; ++c) blemish.at(50, 50, c) = 0;
  CHECK(make_guide(pictures_of(blemish, {halves(8, 8, 8, kWhite, kWhite)})).regions.size() == 1);
}

TEST_CASE("style: a photograph is no mask") {
  Image photo(128, 128);
  for (int i = 0; i < 64; ++i) {  // 64 plain squares of different colours
    for (int y = 0; y < 16; ++y) {
      for (int x = 0; x < 16; ++x) {
        for (int c = 0; c < 3; ++c)
          photo.at(i % 8 * 16 + x, i / 8 * 16 + y, c) = static_cast<float>(i >> (2 * c) & 3) / 3;
      }
    }
  }
  CHECK(contains(error_of(ErrorCode::input, [&] { make_guide(pictures_of(photo, {{}})); }), "wanted at most 16"));
}

TEST_CASE("style: a grey map is the brightness, with JPEG's white and black as 1 and 0") {
  const Tensor<float> map = grey_map(halves(4, 2, 2, {0.99F, 0.985F, 1}, {0.01F, 0, 0.02F}));
  CHECK(map.shape() == Shape{2, 4});
  CHECK(map[0] == 1);
  CHECK(map[3] == 0);
  CHECK(grey_map(halves(1, 1, 1, {0.5F, 0.5F, 0.5F}, kWhite))[0] == doctest::Approx(0.5));
  CHECK(grey_map({}).empty());
}

TEST_CASE("style: maps shrink by area, grow between centres, and ones stay ones to the bit") {
  Tensor<float> map({2, 6});
  for (Index i = 0; i < 12; ++i) map[i] = static_cast<float>(i);
  const Tensor<float> small = resize_map(map, 1, 4);  // columns of one and a half
  const std::array<double, 4> wanted = {3 + 1.0 / 3, 3 + 5.0 / 3, 3 + 10.0 / 3, 3 + 14.0 / 3};
  for (Index i = 0; i < 4; ++i) CHECK(small[i] == doctest::Approx(wanted[static_cast<std::size_t>(i)]));
  const Tensor<float> large = resize_map(map, 2, 12);
  CHECK(large[0] == 0);
  CHECK(large[1] == doctest::Approx(0.25));
  CHECK(large[2] == doctest::Approx(0.75));
  CHECK(large[11] == 5);
  double before = 0, after = 0;
  const Tensor<float> random = random_tensor({37, 53}, 4, 0, 1).as<float>(), shrunk = resize_map(random, 10, 11);
  for (const float value : random.values()) before += static_cast<double>(value) / (37 * 53);
  for (const float value : shrunk.values()) after += static_cast<double>(value) / (10 * 11);
  CHECK(after == doctest::Approx(before).epsilon(1e-6));
  for (const auto& [h, w] : {std::pair<Index, Index>{37, 53}, {10, 11}, {36, 7}, {1, 1}, {80, 90}, {20, 100}}) {
    const Tensor<float> ones = resize_map(Tensor<float>({37, 53}, 1.0F), h, w);
    for (const float value : ones.values()) CHECK(value == 1);
    if (h == 37) CHECK(std::equal(random.values().begin(), random.values().end(), resize_map(random, h, w).data()));
  }
}

TEST_CASE("style: a mask drawn on a transparent layer is black where nothing was drawn") {
  // White on the left half, on transparent white: what is seen of it on a page of white is white alone.
  Image mask(8, 4);
  std::fill(mask.pixels().begin(), mask.pixels().end(), 1.0F);
  std::vector<float> alpha(32);
  for (std::size_t i = 0; i < alpha.size(); ++i) alpha[i] = i % 8 < 4 ? 1.0F : 0.0F;
  mask.set_alpha(alpha);
  const Tensor<float> map = grey_map(mask);
  CHECK(map[0] == 1);
  CHECK(map[7] == 0);
  const Guide guide = make_guide(pictures_of(mask, {halves(8, 4, 4, kWhite, kBlack)}));
  REQUIRE(guide.regions.size() == 2);
  CHECK(guide.regions[0].name == "white");
  CHECK(guide.regions[0].share == doctest::Approx(0.5));
  CHECK(guide.regions[0].content[7] == 0);
}

}  // namespace
}  // namespace impasto::testing
