// Statistics, scales, regions, protected places, several styles and gradient norms of the whole loss, on a narrow
// VGG19.
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "support/narrow_case.h"

namespace impasto::testing {
namespace {

void check_gradient(const NarrowCase<double>& c) {
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
        NarrowCase<double> c;
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

TEST_CASE("style: two equal styles of equal weight are one style to the bit, of other weights to rounding") {
  for (const StyleStatistic statistic :
       {StyleStatistic::gram, StyleStatistic::covariance, StyleStatistic::mean_covariance}) {
    for (const bool guided : {false, true}) {
      NarrowCase<float> one, two;
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
  NarrowCase<double> c;
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

TEST_CASE("style: normalised gradients have the L1 norm of their weight at their layer, and leave the losses alone") {
  NarrowCase<double> c;
  c.options.tv_weight = 0;
  c.options.loss_scale = LossScale::mean;
  const LossAndGradient plain = outcome_of(c);
  c.options.normalise_gradients = true;
  const LossAndGradient all = outcome_of(c);
  CHECK(all.losses.total == plain.losses.total);
  CHECK(all.losses.style == plain.losses.style);
  // The whole gradient is the sum of the layers', each of which follows its weight alone, not the size of its loss.
  std::vector<double> sum(all.gradient.size(), 0.0);
  const Options options = c.options;
  const auto add = [&](const std::vector<LayerWeight>& content, const std::vector<LayerWeight>& style) {
    c.options.content_layers = content;
    c.options.style_layers = style;
    const LossAndGradient one = outcome_of(c);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one.gradient[i];
    for (double* weight : {&c.options.content_weight, &c.options.style_weight}) *weight *= 4;
    const LossAndGradient four = outcome_of(c);
    c.options.normalise_gradients = false;
    const LossAndGradient raw = outcome_of(c);
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
    NarrowCase<double> exact;
    NarrowCase<float> c;
    const auto set = [&](auto& one) {
      one.guided();
      one.options.normalise_gradients = normed;
      one.scene.protect = random_tensor({13, 10}, 8, 0, 0.5).template as<float>();
      one.scene.smooth = random_tensor({13, 10}, 10, 0, 1).template as<float>();
    };
    set(exact);
    set(c);
    const LossAndGradient wanted = outcome_of(exact);
    LossAndGradient first;
    for (const int threads : {1, 2, 3}) {
      c.context = Context(threads);
      const LossAndGradient got = outcome_of(c);
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
  NarrowCase<double> c;
  c.guided();
  const auto objective = c.objective();
  const Losses losses = objective->evaluate();
  double content = 0, style = 0;
  for (const LayerLoss& layer : objective->layer_losses()) (layer.is_style ? style : content) += layer.loss;
  CHECK(objective->layer_losses().size() == 4);
  CHECK(content == doctest::Approx(losses.content).epsilon(1e-12));
  CHECK(style == doctest::Approx(losses.style).epsilon(1e-12));
}

TEST_CASE("style: in the mean scale losses are means of squared differences") {
  NarrowCase<double> c;
  c.options.loss_scale = LossScale::mean;
  c.options.content_layers = {{"block1_conv1", 0.5}};
  c.options.style_layers = {{"block1_conv1", 0.25}};
  const Losses losses = c.losses();
  const Vgg<double> network(c.weights);
  const std::size_t layer[] = {find_layer("block1_conv1")};
  const auto features = [&](const Tensor<double>& picture) {
    Tape<double> tape(Context(1));
    const Id map = network.record(tape, tape.constant(picture.view()), layer)[0];
    tape.keep(map);
    tape.forward();
    return std::vector<double>(tape.value(map).begin(), tape.value(map).end());
  };
  const std::vector<double> F = features(c.start), P = features(c.scene.content),
                            S = features(c.scene.styles[0].picture);
  double content = 0;
  for (std::size_t i = 0; i < F.size(); ++i) content += (F[i] - P[i]) * (F[i] - P[i]);
  CHECK(losses.content == doctest::Approx(2 * 0.5 * content / static_cast<double>(F.size())));
  const auto moment = [](const std::vector<double>& f, std::size_t a,
                         std::size_t b) {  // E[f_a f_b], or E[f_a] for b = 4
    double sum = 0;
    for (std::size_t i = 0; i < f.size(); i += 4) sum += f[i + a] * (b == 4 ? 1 : f[i + b]);
    return 4 * sum / static_cast<double>(f.size());
  };
  double covariances = 0, means = 0;
  for (std::size_t a = 0; a < 4; ++a) {
    means += std::pow(moment(F, a, 4) - moment(S, a, 4), 2);
    for (std::size_t b = 0; b < 4; ++b) {
      const auto covariance = [&](const std::vector<double>& f) {
        return moment(f, a, b) - moment(f, a, 4) * moment(f, b, 4);
      };
      covariances += std::pow(covariance(F) - covariance(S), 2);
    }
  }
  CHECK(losses.style == doctest::Approx(5 * 0.25 * (covariances / 16 + means / 4)));
}

TEST_CASE("style: a style without variance or without features gives a loss of ordinary size") {
  for (const StyleStatistic statistic : {StyleStatistic::covariance, StyleStatistic::mean_covariance}) {
    for (const double level : {-2.0, 0.0, 1.3}) {
      NarrowCase<float> c;
      c.options.statistic = statistic;
      c.weights->padding = Padding::replicate;
      c.scene.styles.front().picture = Tensor<float>({13, 10, 3}, static_cast<float>(level));
      CHECK(c.losses().style < 1e4);
      CHECK(c.losses().style > 0);
    }
  }
}

}  // namespace
}  // namespace impasto::testing
