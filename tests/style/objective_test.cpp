// The whole objective on a narrow VGG19: its gradient against differences, and what its scales mean.
#include "style/objective.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <vector>

#include "support/gradcheck.h"
#include "support/narrow_network.h"
#include "support/scene_of.h"

namespace impasto::testing {
namespace {

struct Case {
  std::shared_ptr<NetworkWeights> weights = narrow_network();
  Options options;
  Tensor<double> content = random_tensor({13, 10, 3}, 1), style = random_tensor({9, 15, 3}, 2);
  Tensor<double> start = random_tensor({13, 10, 3}, 3);

  Case() {
    options.content_layers = {{"block2_conv2", 1}, {"block3_conv1", 3}};
    options.style_layers = {{"block1_conv1", 1}, {"block2_conv1", 0.5}};
    options.content_weight = 2;
    options.style_weight = 5;
    options.tv_weight = 0.3;
  }
  Losses at(const Tensor<double>& picture) const {
    const Vgg<double> network(weights);
    Objective<double> objective(network, *weights, options, scene_of(content, style), Context(2));
    std::copy(picture.values().begin(), picture.values().end(), objective.picture().begin());
    return objective.evaluate();
  }
};

TEST_CASE(
    "style: the gradient of the whole loss on a small VGG matches differences, for every scale, border and pooling") {
  Case c;
  for (const LossScale scale : {LossScale::normalised, LossScale::tutorial}) {
    for (const Padding padding : {Padding::zero, Padding::replicate, Padding::reflect}) {
      for (const Pooling pooling : {Pooling::max, Pooling::average}) {
        INFO("scale ", static_cast<int>(scale), ", padding ", static_cast<int>(padding), ", pooling ",
             static_cast<int>(pooling));
        c.options.loss_scale = scale;
        c.options.pooling = pooling;
        c.weights->padding = padding;
        const Vgg<double> network(c.weights);
        Objective<double> objective(network, *c.weights, c.options, scene_of(c.content, c.style), Context(1));
        std::copy(c.start.values().begin(), c.start.values().end(), objective.picture().begin());
        objective.evaluate();
        const std::vector<double> gradient(objective.gradient().begin(), objective.gradient().end());
        const double size = std::sqrt(std::inner_product(gradient.begin(), gradient.end(), gradient.begin(), 0.0) /
                                      static_cast<double>(gradient.size()));
        constexpr double kStep = 1e-5;
        for (std::size_t i = 0; i < gradient.size(); i += 7) {
          double& x = objective.picture()[i];
          const double before = x;
          x = before + kStep;
          const double above = objective.evaluate().total;
          x = before - kStep;
          const double below = objective.evaluate().total;
          x = before;
          CHECK(std::abs((above - below) / (2 * kStep) - gradient[i]) < 1e-5 * size);
        }
      }
    }
  }
}

TEST_CASE("style: the total is the sum of its parts, and each part follows its weight") {
  Case c;
  const Losses once = c.at(c.start);
  CHECK(once.total == doctest::Approx(once.content + once.style + once.tv).epsilon(1e-12));
  c.options.content_weight *= 2;
  c.options.style_weight *= 3;
  c.options.tv_weight *= 4;
  const Losses more = c.at(c.start);
  CHECK(more.content == doctest::Approx(2 * once.content).epsilon(1e-12));
  CHECK(more.style == doctest::Approx(3 * once.style).epsilon(1e-12));
  CHECK(more.tv == doctest::Approx(4 * once.tv).epsilon(1e-12));
}

TEST_CASE("style: the loss of the content itself is 0, and that of the style picture too, whatever the other's size") {
  Case c;
  c.options.tv_weight = 0;
  CHECK(c.at(c.content).content == 0);
  c.content = c.style.clone();
  CHECK(c.at(c.style).style < 1e-20);
  // A style of twice the width that shows the same at every place has the same statistics per position.
  c.content = Tensor<double>({8, 8, 3}, 0.7);
  c.style = Tensor<double>({8, 24, 3}, 0.7);
  c.weights->padding = Padding::replicate;
  CHECK(c.at(c.content).style < 1e-20);
}

TEST_CASE("style: in the normalised scale weights mean the same for any network scale, and 1 is seeing nothing") {
  Case c;
  c.options.content_layers = {{"block1_conv1", 1}};
  c.options.style_layers = {{"block1_conv1", 1}};
  c.options.content_weight = c.options.style_weight = 1;
  const Losses plain = c.at(c.start);
  ConvWeights& first = c.weights->convolutions[0];
  for (float& w : first.w.values()) w *= 8;
  for (float& b : first.b.values()) b *= 8;
  const Losses scaled = c.at(c.start);
  CHECK(scaled.content == doctest::Approx(plain.content).epsilon(1e-9));
  CHECK(scaled.style == doctest::Approx(plain.style).epsilon(1e-9));
  for (float& b : first.b.values()) b = -1e6F;  // all features 0 for the painting ...
  const Losses none = c.at(c.start);  // ... and for the targets, which then have no energy: the error counts per value
  CHECK(none.content == 0);
  CHECK(none.style == 0);
}

TEST_CASE("style: a flat content gives a loss of ordinary size") {
  for (const double level : {-2.0, 0.0, 1.3}) {
    Case c;
    c.content = Tensor<double>({13, 10, 3}, level);
    c.weights->padding = Padding::replicate;
    CHECK(c.at(c.start).content < 1e3);
    CHECK(c.at(c.start).content > 0);
  }
}

TEST_CASE("style: the network's input map is applied, and literal skips it") {
  Case c;
  const Losses automatic = c.at(c.start);
  const auto mapped = [&](const Tensor<double>& picture) {
    const ChannelMap map = narrow_network()->input;
    Tensor<double> result(picture.shape());
    for (Index i = 0; i < picture.shape().count(); i += 3) {
      for (std::size_t k = 0; k < 3; ++k) {
        result[i + static_cast<Index>(k)] = map.gain[k] * picture[i + map.order[k]] + map.offset[k];
      }
    }
    return result;
  };
  c.options.preprocess = Preprocess::literal;
  const Losses literal = c.at(c.start);
  CHECK(literal.content != doctest::Approx(automatic.content));
  c.content = mapped(c.content);
  c.style = mapped(c.style);
  const Losses by_hand = c.at(mapped(c.start));
  CHECK(by_hand.content == doctest::Approx(automatic.content).epsilon(1e-12));
  CHECK(by_hand.style == doctest::Approx(automatic.style).epsilon(1e-12));
}

}  // namespace
}  // namespace impasto::testing
