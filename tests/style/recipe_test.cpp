// Losses of the formula recipe and its neighbours, colours and sizes against PyTorch and NumPy (golden/painting.py).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "impasto/options.h"
#include "style/colour.h"
#include "style/noise.h"
#include "style/objective.h"
#include "support/golden.h"
#include "support/golden_targets.h"
#include "support/scene_of.h"

namespace impasto {
namespace {

using testing::check_close;
using testing::check_description;
using testing::golden_json;
using testing::golden_targets;
using testing::golden_tensor;
using testing::Json;
using testing::number;

// The recipe of the weights by formula on the golden pictures.
template <class T>
struct Recipe {
  std::shared_ptr<NetworkWeights> weights = std::make_shared<NetworkWeights>(formula_weights());
  Vgg<T> network{weights};
  Options options;
  Scene<T> scene = testing::scene_of(golden_tensor<T>("golden_content.npy"), golden_tensor<T>("golden_style.npy"));
  Tensor<T> start = golden_tensor<T>("golden_start.npy");
  Guide guide;

  Recipe() {
    options.content_layers = {{"block3_conv1", 1}};
    options.style_layers = {{"block1_conv1", 1}, {"block1_conv2", 1}, {"block2_conv1", 1}, {"block2_conv2", 1},
                            {"block3_conv1", 1}, {"block3_conv3", 1}, {"block4_conv1", 1}};
    options.style_weight = 20;
    options.statistic = StyleStatistic::mean_covariance;
  }
};

// Left black and right white on the content with a soft border, the upper third white on the style.
Guide soft_guide(Index H, Index W) {
  Guide guide;
  for (const bool white : {true, false}) {
    Region region;
    region.content = Tensor<float>({H, W});
    Tensor<float> style({H, W});
    double sum = 0;
    for (Index i = 0; i < H * W; ++i) {
      const double soft = std::clamp((static_cast<double>(i % W) - static_cast<double>(W) * 0.4) / 8, 0.0, 1.0);
      const bool half = 3 * (i / W) < H;
      region.content[i] = static_cast<float>(white ? soft : 1 - soft);
      style[i] = half == white ? 1 : 0;
      sum += static_cast<double>(region.content[i]);
    }
    region.share = sum / static_cast<double>(H * W);
    region.styles.push_back(std::move(style));
    guide.regions.push_back(std::move(region));
  }
  return guide;
}

template <class T>
void prepare(Recipe<T>& r, const std::string& name) {
  Options& o = r.options;
  if (name == "gram" || name == "mean_gram") o.statistic = StyleStatistic::gram;
  if (name == "covariance") o.statistic = StyleStatistic::covariance;
  if (name.substr(0, 4) == "mean") o.loss_scale = LossScale::mean;
  if (name == "max") o.pooling = Pooling::max;
  if (name == "l2") o.pooling = Pooling::l2;
  if (name == "reflect") o.padding = Padding::reflect;
  if (name == "zero") o.padding = Padding::zero;
  const Index H = r.scene.content.shape()[0], W = r.scene.content.shape()[1];
  if (name == "two_styles") {
    r.scene.styles.front().weight = 3;
    r.scene.styles.push_back({r.start.clone(), 1});
    for (Index i = 0; i < r.start.shape().count(); ++i)  // upside down
      r.start[i] = r.scene.content[(H - 1 - i / (3 * W)) * 3 * W + i % (3 * W)];
  }
  if (name == "guided") {
    r.guide = soft_guide(H, W);
    r.scene.guide = &r.guide;
  }
}

template <class T>
void check_recipes(const Context& context, double tolerance) {
  const Json golden = golden_json("golden_recipe.json");
  REQUIRE(golden.size() == 11);
  for (const auto& item : golden.items()) {
    const std::string& name = item.key();
    const Json& wanted = item.value();
    INFO(name, " on ", to_string(context.target()));
    Recipe<T> r;
    prepare(r, name);
    Objective<T> objective(r.network, *r.weights, r.options, r.scene, context);
    std::copy_n(r.start.data(), r.start.shape().count(), objective.picture().data());
    const Losses losses = objective.evaluate();
    check_close(losses.total, number(wanted["total"]), tolerance);
    check_close(losses.content, number(wanted["content"]), tolerance);
    check_close(losses.style, number(wanted["style"]), tolerance);
    check_description<T>(wanted["gradient"], objective.gradient(), 3 * tolerance);
    std::size_t layer = 0;
    for (const LayerLoss& one : objective.layer_losses()) {
      if (!one.is_style) continue;
      CHECK(one.layer == r.options.style_layers[layer].layer);
      check_close(one.loss, number(wanted["layers"][layer++]), tolerance);
    }
    CHECK(layer == 7);
  }
}

TEST_CASE("style: the recipe's losses and gradient agree with float64 PyTorch in double: statistics, scales, regions") {
  check_recipes<double>(Context(2), 1e-6);  // the reference's weights were rounded by another libm
}

TEST_CASE("style: the recipe's losses and gradient agree with float64 PyTorch to 1e-4 in float, on every target") {
  for (const SimdTarget target : golden_targets()) check_recipes<float>(Context(2, target), 1e-4);
}

TEST_CASE("style: Monge-Kantorovich and histogram matching agree with NumPy") {
  const Json golden = golden_json("golden_colour.json");
  const Tensor<float> content = golden_tensor<float>("golden_content.npy"),
                      style = golden_tensor<float>("golden_style.npy"),
                      start = golden_tensor<float>("golden_start.npy");
  const std::vector<WeightedPicture> one = {{style.view(), 5}}, two = {{style.view(), 3}, {start.view(), 1}};
  for (const int threads : {1, 3}) {
    const Context context(threads);
    check_description<float>(golden["match"], match_colour(content, one, context).values(), 1e-5);
    check_description<float>(golden["match_two"], match_colour(content, two, context).values(), 1e-5);
    const Tensor<float> matched = match_histogram(content, one, context);
    check_description<float>(golden["histogram"], matched.values(), 1e-4);
    check_description<float>(golden["histogram_two"], match_histogram(content, two, context).values(), 1e-4);
    // The same by sorting all values, without bins.
    const Json& sorted = golden["histogram_by_sorting"];
    double worst = 0, sum = 0;
    for (std::size_t i = 0; i < sorted["indices"].size(); ++i) {
      const double off =
          std::abs(static_cast<double>(matched[sorted["indices"][i].get<Index>()]) - number(sorted["values"][i]));
      worst = std::max(worst, off);
      sum += off;
    }
    CHECK(worst < 0.17);
    CHECK(sum / static_cast<double>(sorted["indices"].size()) < 0.01);
  }
}

TEST_CASE("style: luminance alone is painted, and the content's I and Q come back, as by NumPy's Y'IQ") {
  const Json golden = golden_json("golden_colour.json");
  Options options;
  options.colour = ColourMode::content_luminance;
  Scene<float> scene =
      testing::scene_of(golden_tensor<float>("golden_content.npy"), golden_tensor<float>("golden_style.npy"));
  prepare_colours(options, scene, Context(2));
  check_description<float>(golden["luminance_content"], scene.content.values(), 1e-5);
  check_description<float>(golden["luminance_style"], scene.styles.front().picture.values(), 1e-5);
  Tensor<float> painting = golden_tensor<float>("golden_start.npy");
  finish_colours(options, painting.values(), golden_tensor<float>("golden_content.npy"), Context(2));
  check_description<float>(golden["luminance_finished"], painting.values(), 1e-5);
}

TEST_CASE("style: values at another size agree with PyTorch's bicubic interpolation") {
  const Tensor<float> content = golden_tensor<float>("golden_content.npy");
  const Json golden = golden_json("golden_bicubic.json");
  for (const auto& item : golden.items()) {
    const Json& wanted = item.value();
    INFO(item.key());
    const Index h = wanted["shape"][0].get<Index>(), w = wanted["shape"][1].get<Index>();
    for (const int threads : {1, 2})
      check_description<float>(wanted, resize_values(content, h, w, Context(threads)).values(), 2e-6);
  }
}

}  // namespace
}  // namespace impasto
