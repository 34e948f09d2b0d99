// How losses are scaled, and what happens to styles without energy, on a narrow VGG19.
#include <cmath>
#include <numeric>

#include "support/error_of.h"
#include "support/loss_case.h"

namespace impasto::testing {
namespace {

TEST_CASE("style: in the mean scale losses are means of squared differences") {
  Case<double> c;
  c.options.loss_scale = LossScale::mean;
  c.options.content_layers = {{"block1_conv1", 0.5}};
  c.options.style_layers = {{"block1_conv1", 0.25}};
  const Losses losses = c.losses();
  const Vgg19<double> network(c.weights);
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
      Case<float> c;
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
