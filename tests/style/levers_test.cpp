// Statistics, scales, regions, protected places, several styles and gradient norms of the whole loss, on a narrow
// VGG19.
#include <cmath>
#include <numeric>

#include "support/error_of.h"
#include "support/loss_case.h"

namespace impasto::testing {
namespace {

struct Outcome {
  Losses losses;
  std::vector<double> gradient;
};

template <class T>
Outcome outcome_of(const Case<T>& c) {
  const auto objective = c.objective();
  const Losses losses = objective->evaluate();
  return {losses, {objective->gradient().begin(), objective->gradient().end()}};
}

template <class T>
bool same(const Case<T>& a, const Case<T>& b) {
  const Outcome x = outcome_of(a), y = outcome_of(b);
  return x.losses.total == y.losses.total && x.losses.style == y.losses.style && x.gradient == y.gradient;
}

void check_gradient(const Case<double>& c) {
  const auto objective = c.objective();
  objective->evaluate();
  const std::vector<double> gradient(objective->gradient().begin(), objective->gradient().end());
  const double size = std::sqrt(std::inner_product(gradient.begin(), gradient.end(), gradient.begin(), 0.0) /
                                static_cast<double>(gradient.size()));
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < gradient.size(); i += 5) {
    double& x = objective->picture()[i];
    const double before = x;
    x = before + kStep;
    const double above = objective->evaluate().total;
    x = before - kStep;
    const double below = objective->evaluate().total;
    x = before;
    CHECK(std::abs((above - below) / (2 * kStep) - gradient[i]) < 1e-5 * size);
  }
}

TEST_CASE("style: the whole gradient matches differences for every statistic, scale, mask and pooling") {
  for (const StyleStatistic statistic :
       {StyleStatistic::gram, StyleStatistic::covariance, StyleStatistic::mean_covariance}) {
    for (const LossScale scale : {LossScale::tutorial, LossScale::mean, LossScale::normalised}) {
      for (const int masks : {0, 1, 2, 3}) {
        INFO("statistic ", static_cast<int>(statistic), ", scale ", static_cast<int>(scale), ", masks ", masks);
        Case<double> c;
        c.options.statistic = statistic;
        c.options.loss_scale = scale;
        c.options.pooling = masks == 1 ? Pooling::l2 : Pooling::average;
        if (masks & 1) c.guided();
        if (masks & 2) {
          c.scene.protect = random_tensor({26, 10}, 8, 0, 1).as<float>();
          c.scene.original = random_tensor({13, 10, 3}, 9);
          c.scene.smooth = random_tensor({13, 20}, 10, 0, 1).as<float>();
        }
        check_gradient(c);
      }
    }
  }
}

template <class T>
void check_ones() {
  for (const StyleStatistic statistic :
       {StyleStatistic::gram, StyleStatistic::covariance, StyleStatistic::mean_covariance}) {
    for (const LossScale scale : {LossScale::tutorial, LossScale::mean, LossScale::normalised}) {
      Case<T> plain, ones;
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
    Case<float> plain, none;
    plain.options.statistic = none.options.statistic = statistic;
    none.scene.protect = Tensor<float>({7, 5}, 0.0F);
    CHECK(same(plain, none));
  }
}

TEST_CASE("style: two equal styles of equal weight are one style to the bit, of other weights to rounding") {
  for (const StyleStatistic statistic :
       {StyleStatistic::gram, StyleStatistic::covariance, StyleStatistic::mean_covariance}) {
    for (const bool guided : {false, true}) {
      Case<float> one, two;
      if (guided) {
        one.guided();
        two.guided();
        for (Region& region : two.guide.regions) region.styles.push_back(region.styles.front().clone());
      }
      one.options.statistic = two.options.statistic = statistic;
      one.scene.styles.front().weight = 0.3;
      two.scene.styles.push_back({two.scene.styles.front().picture.clone(), 1});
      CHECK(same(one, two));
      two.scene.styles.back().weight = 2.2;
      CHECK(two.losses().style == doctest::Approx(one.losses().style).epsilon(1e-5));
    }
  }
}

TEST_CASE("style: of several styles the heavier one counts more, and each alone is the limit") {
  Case<double> c;
  c.options.content_layers.clear();
  c.options.tv_weight = 0;
  c.options.statistic = StyleStatistic::gram;
  c.start = c.scene.styles.front().picture.clone();
  c.scene.content = c.start.clone();
  c.scene.styles.push_back({random_tensor({8, 8, 3}, 30), 1});
  double before = c.losses().style;
  CHECK(before > 0.01);
  for (const double weight : {3.0, 10.0, 1e3, 1e9}) {
    c.scene.styles.front().weight = weight;
    const double loss = c.losses().style;
    CHECK(loss < before);
    before = loss;
  }
  CHECK(before < 1e-12);
}

TEST_CASE("style: regions take their own style: a picture made of the style's halves has no style loss") {
  Case<double> c;
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
  Case<double> c;
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
  const Case<float> c;
  const auto objective = c.objective();
  CHECK(objective->painted().data() == objective->picture().data());
}

TEST_CASE("style: a region smaller than one position of every style layer is refused; of some layers, left out there") {
  Case<double> c;
  c.guided();
  std::fill_n(c.guide.regions[1].content.data(), 26 * 20, 0.0F);
  c.guide.regions[1].content[0] = c.guide.regions[1].content[1] = 1;  // half a position at 13 x 10
  CHECK(contains(error_of(ErrorCode::input, [&] { c.losses(); }), "region black is smaller than one position"));
  c.guide.regions[1].content[20] = c.guide.regions[1].content[21] = 1;  // one at 13 x 10, a quarter at 6 x 5
  CHECK(c.losses().style > 0);
}

TEST_CASE("style: normalised gradients have the L1 norm of their weight at their layer, and leave the losses alone") {
  Case<double> c;
  c.options.tv_weight = 0;
  c.options.loss_scale = LossScale::mean;
  const Outcome plain = outcome_of(c);
  c.options.normalise_gradients = true;
  const Outcome all = outcome_of(c);
  CHECK(all.losses.total == plain.losses.total);
  CHECK(all.losses.style == plain.losses.style);
  // The whole gradient is the sum of the layers', each of which follows its weight alone, not the size of its loss.
  std::vector<double> sum(all.gradient.size(), 0.0);
  const Options options = c.options;
  const auto add = [&](const std::vector<LayerWeight>& content, const std::vector<LayerWeight>& style) {
    c.options.content_layers = content;
    c.options.style_layers = style;
    const Outcome one = outcome_of(c);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one.gradient[i];
    for (double* weight : {&c.options.content_weight, &c.options.style_weight}) *weight *= 4;
    const Outcome four = outcome_of(c);
    c.options.normalise_gradients = false;
    const Outcome raw = outcome_of(c);
    c.options.normalise_gradients = true;
    c.options.content_weight = options.content_weight;
    c.options.style_weight = options.style_weight;
    const double ratio = one.gradient[0] / raw.gradient[0];
    for (std::size_t i = 0; i < sum.size(); ++i) {
      CHECK(four.gradient[i] == doctest::Approx(4 * one.gradient[i]).epsilon(1e-9));
      CHECK(one.gradient[i] == doctest::Approx(ratio * raw.gradient[i]).epsilon(1e-9));
    }
  };
  for (const LayerWeight& layer : options.content_layers) add({layer}, {});
  for (const LayerWeight& layer : options.style_layers) add({}, {layer});
  for (std::size_t i = 0; i < sum.size(); ++i) CHECK(sum[i] == doctest::Approx(all.gradient[i]).epsilon(1e-9));
}

TEST_CASE("style: every lever gives the same bits for any number of threads, and in float what it gives in double") {
  for (const bool normed : {false, true}) {
    Case<double> exact;
    Case<float> c;
    const auto set = [&](auto& one) {
      one.guided();
      one.options.normalise_gradients = normed;
      one.scene.protect = random_tensor({13, 10}, 8, 0, 0.5).template as<float>();
      one.scene.smooth = random_tensor({13, 10}, 10, 0, 1).template as<float>();
    };
    set(exact);
    set(c);
    const Outcome wanted = outcome_of(exact);
    Outcome first;
    for (const int threads : {1, 2, 3}) {
      c.context = Context(threads);
      const Outcome got = outcome_of(c);
      if (threads == 1) first = got;
      CHECK(got.losses.total == first.losses.total);
      CHECK(got.gradient == first.gradient);
    }
    CHECK(first.losses.total == doctest::Approx(wanted.losses.total).epsilon(1e-5));
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < wanted.gradient.size(); ++i) {
      error += std::pow(first.gradient[i] - wanted.gradient[i], 2);
      norm += std::pow(wanted.gradient[i], 2);
    }
    CHECK(std::sqrt(error / norm) < 1e-4);
  }
}

TEST_CASE("style: the losses of the layers add up to content and style") {
  Case<double> c;
  c.guided();
  const auto objective = c.objective();
  const Losses losses = objective->evaluate();
  double content = 0, style = 0;
  for (const LayerLoss& layer : objective->layer_losses()) (layer.is_style ? style : content) += layer.loss;
  CHECK(objective->layer_losses().size() == 4);
  CHECK(content == doctest::Approx(losses.content).epsilon(1e-12));
  CHECK(style == doctest::Approx(losses.style).epsilon(1e-12));
}

}  // namespace
}  // namespace impasto::testing
