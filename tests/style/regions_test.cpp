// Regions, protected places and places that are smoothed, in the whole loss on a narrow VGG19.
#include <algorithm>
#include <cstddef>
#include <utility>

#include "support/error_of.h"
#include "support/narrow_case.h"

namespace impasto::testing {
namespace {

Guide regions_of_ones() {
  Guide guide;
  guide.regions.emplace_back();
  guide.regions[0].content = Tensor<float>({5, 4}, 1.0F);
  guide.regions[0].styles.emplace_back(Shape{3, 3}, 1.0F);
  return guide;
}

template <class T>
void check_ones() {
  for (const StyleStatistic statistic :
       {StyleStatistic::gram, StyleStatistic::covariance, StyleStatistic::mean_covariance}) {
    for (const LossScale scale : {LossScale::tutorial, LossScale::mean, LossScale::normalised}) {
      NarrowCase<T> plain, ones;
      plain.options.statistic = ones.options.statistic = statistic;
      plain.options.loss_scale = ones.options.loss_scale = scale;
      ones.guide = regions_of_ones();
      ones.scene.guide = &ones.guide;
      ones.scene.smooth = Tensor<float>({6, 6}, 1.0F);
      CHECK(same(plain, ones));
    }
  }
}

TEST_CASE("style: masks of ones equal no mask to the bit") {
  check_ones<double>();
  check_ones<float>();
}

TEST_CASE("style: a mask that protects nothing equals no mask to the bit") {
  for (const StyleStatistic statistic : {StyleStatistic::gram, StyleStatistic::mean_covariance}) {
    NarrowCase<float> plain, none;
    plain.options.statistic = none.options.statistic = statistic;
    none.scene.protect = Tensor<float>({7, 5}, 0.0F);
    CHECK(same(plain, none));
  }
}

TEST_CASE("style: regions take their own style: a picture made of the style's halves has no style loss") {
  NarrowCase<double> c;
  c.weights->padding = Padding::replicate;
  c.options.style_layers = {{"block1_conv1", 1}};
  c.options.tv_weight = 0;
  // Flat halves, apart from the border's two columns: red left and blue right; the style has blue above, red below.
  Tensor<double> picture({8, 16, 3}, 0.2), style({16, 8, 3}, 0.2);
  for (Index i = 0; i < 128; ++i) {
    picture[3 * i + (i % 16 < 8 ? 0 : 2)] = 1;
    style[3 * i + (i / 8 < 8 ? 2 : 0)] = 1;
  }
  c.scene = scene_of(picture, style);
  c.start = picture.clone();
  for (const bool red : {true, false}) {
    Region region;
    region.share = 0.5;
    region.content = Tensor<float>({8, 16});
    region.styles.emplace_back(Shape{16, 8});
    for (Index i = 0; i < 128; ++i) {
      region.content[i] = (red ? i % 16 < 7 : i % 16 > 8) ? 1 : 0;
      region.styles[0][i] = (red ? i / 8 > 8 : i / 8 < 7) ? 1 : 0;
    }
    c.guide.regions.push_back(std::move(region));
  }
  c.scene.guide = &c.guide;
  CHECK(c.losses().style < 1e-20);
  std::swap(c.guide.regions[0].styles, c.guide.regions[1].styles);
  CHECK(c.losses().style > 0.1);
}

TEST_CASE("style: protected places show the original, take no gradient and do not count as style") {
  NarrowCase<double> c;
  c.options.content_layers.clear();
  c.options.style_layers = {{"block1_conv1", 1}};
  c.options.tv_weight = 0;
  c.scene.original = random_tensor({13, 10, 3}, 9);
  c.scene.protect = Tensor<float>({13, 10}, 0.0F);
  for (Index i = 0; i < 130; ++i) c.scene.protect[i] = i % 10 < 4 ? 1 : 0;
  const auto objective = c.objective();
  const double style = objective->evaluate().style;
  for (Index i = 0; i < 390; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool kept = i / 3 % 10 < 4;
    CHECK(objective->painted()[at] == (kept ? c.scene.original[i] : c.start[i]));
    if (kept) CHECK(objective->gradient()[at] == 0);
  }
  for (Index i = 0; i < 390; ++i) {
    if (i / 3 % 10 < 3) c.scene.original[i] = 7;  // where no window of a painted place reaches
  }
  CHECK(c.losses().style == style);
  std::fill_n(c.scene.protect.data(), 130, 1.0F);
  CHECK(contains(error_of(ErrorCode::input, [&] { c.losses(); }), "leave something of that mask black"));
}

TEST_CASE("style: without protection the painting is the picture") {
  const NarrowCase<float> c;
  const auto objective = c.objective();
  CHECK(objective->painted().data() == objective->picture().data());
}

TEST_CASE("style: a region smaller than one position of every style layer is refused; of some layers, left out there") {
  NarrowCase<double> c;
  c.guided();
  std::fill_n(c.guide.regions[1].content.data(), 26 * 20, 0.0F);
  c.guide.regions[1].content[0] = c.guide.regions[1].content[1] = 1;  // half a position at 13 x 10
  CHECK(contains(error_of(ErrorCode::input, [&] { c.losses(); }), "region black is smaller than one position"));
  c.guide.regions[1].content[20] = c.guide.regions[1].content[21] = 1;  // one at 13 x 10, a quarter at 6 x 5
  CHECK(c.losses().style > 0);
}

}  // namespace
}  // namespace impasto::testing
