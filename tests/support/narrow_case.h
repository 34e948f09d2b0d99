// The whole loss on a narrow VGG19 and random pictures, in float or double.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "style/objective.h"
#include "support/narrow_network.h"
#include "support/scene_of.h"

namespace impasto::testing {

/// A region of the left part with a soft border, and the rest; on the style above and below.
inline Guide two_regions(Index H, Index W, Index h, Index w) {
  Guide guide;
  for (const bool first : {true, false}) {
    Region region;
    region.name = first ? "white" : "black";
    region.content = Tensor<float>({H, W});
    double sum = 0;
    for (Index i = 0; i < H * W; ++i) {
      const float left = std::clamp(2.3F - 0.4F * static_cast<float>(i % W), 0.0F, 1.0F);
      region.content[i] = first ? left : 1 - left;
      sum += static_cast<double>(region.content[i]);
    }
    region.share = sum / static_cast<double>(H * W);
    Tensor<float> style({h, w});
    for (Index i = 0; i < h * w; ++i) style[i] = (2 * (i / w) < h) == first ? 1 : 0;
    region.styles.push_back(std::move(style));
    guide.regions.push_back(std::move(region));
  }
  return guide;
}

template <class T>
struct NarrowCase {
  std::shared_ptr<NetworkWeights> weights = narrow_network();
  Options options;
  Scene<T> scene = scene_of(random_tensor({13, 10, 3}, 1).as<T>(), random_tensor({9, 15, 3}, 2).as<T>());
  Tensor<T> start = random_tensor({13, 10, 3}, 3).as<T>();
  Guide guide;
  Context context{2};

  NarrowCase() {
    options.content_layers = {{"block2_conv2", 1}, {"block3_conv1", 3}};
    options.style_layers = {{"block1_conv1", 1}, {"block2_conv1", 0.5}};
    options.content_weight = 2;
    options.style_weight = 5;
    options.tv_weight = 0.3;
    options.statistic = StyleStatistic::mean_covariance;
  }
  void guided() {
    guide = two_regions(26, 20, 18, 30);
    scene.guide = &guide;
  }
  // With the network it borrows its weights from.
  std::shared_ptr<Objective<T>> objective() const {
    struct Holder {
      Vgg<T> network;
      Objective<T> objective;
      explicit Holder(const NarrowCase& c)
          : network(c.weights), objective(network, *c.weights, c.options, c.scene, c.context) {}
    };
    const auto holder = std::make_shared<Holder>(*this);
    std::copy_n(start.data(), start.shape().count(), holder->objective.picture().data());
    return {holder, &holder->objective};
  }
  Losses losses() const { return objective()->evaluate(); }
};

struct LossAndGradient {
  Losses losses;
  std::vector<double> gradient;
};

template <class T>
LossAndGradient outcome_of(const NarrowCase<T>& c) {
  const auto objective = c.objective();
  const Losses losses = objective->evaluate();
  return {losses, {objective->gradient().begin(), objective->gradient().end()}};
}

template <class T>
bool same(const NarrowCase<T>& a, const NarrowCase<T>& b) {
  const LossAndGradient x = outcome_of(a), y = outcome_of(b);
  return x.losses.total == y.losses.total && x.losses.style == y.losses.style && x.gradient == y.gradient;
}

}  // namespace impasto::testing
