// A painting evaluated window by window against the same in one: losses and gradients of every statistic, mask, border
// and pooling; in double up to rounding of sums, in float up to that of the kernels.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "impasto/stylise.h"
#include "style/objective.h"
#include "support/error_of.h"
#include "support/narrow_case.h"
#include "support/relative_error.h"

namespace impasto::testing {
namespace {

// Sides that no pooling divides; the deepest layer of the narrow network has a step of 4 and a halo of 12.
template <class T>
NarrowCase<T> large_case() {
  NarrowCase<T> c;
  c.scene = scene_of(random_tensor({45, 70, 3}, 1).as<T>(), random_tensor({39, 30, 3}, 2).as<T>());
  c.start = random_tensor({45, 70, 3}, 3).as<T>();
  c.options.style_layers = {{"block1_conv1", 1}, {"block2_conv1", 0.5}, {"block3_conv1", 2}};
  return c;
}

template <class T>
using Change = std::function<void(NarrowCase<T>&)>;

template <class T>
std::vector<std::pair<std::string, Change<T>>> changes() {
  return {{"as it is", [](NarrowCase<T>&) {}},
          {"gram", [](NarrowCase<T>& c) { c.options.statistic = StyleStatistic::gram; }},
          {"covariance", [](NarrowCase<T>& c) { c.options.statistic = StyleStatistic::covariance; }},
          {"tutorial", [](NarrowCase<T>& c) { c.options.loss_scale = LossScale::tutorial; }},
          {"mean", [](NarrowCase<T>& c) { c.options.loss_scale = LossScale::mean; }},
          {"replicate", [](NarrowCase<T>& c) { c.options.padding = Padding::replicate; }},
          {"reflect", [](NarrowCase<T>& c) { c.options.padding = Padding::reflect; }},
          {"average", [](NarrowCase<T>& c) { c.options.pooling = Pooling::average; }},
          {"l2", [](NarrowCase<T>& c) { c.options.pooling = Pooling::l2; }},
          {"guided",
           [](NarrowCase<T>& c) {
             c.guide = two_regions(45, 70, 18, 30);
             c.scene.guide = &c.guide;
           }},
          {"protected",
           [](NarrowCase<T>& c) {
             c.scene.protect = Tensor<float>({9, 10}, 0.0F);
             for (Index i = 0; i < 30; ++i) c.scene.protect[i] = static_cast<float>(i) / 30;
             c.scene.original = random_tensor({45, 70, 3}, 9).as<T>();
           }},
          {"smooth in places",
           [](NarrowCase<T>& c) {
             c.scene.smooth = Tensor<float>({9, 10}, 0.5F);
             for (Index i = 0; i < 30; ++i) c.scene.smooth[i] = static_cast<float>(i) / 30;
           }},
          {"two styles",
           [](NarrowCase<T>& c) {
             c.scene.styles.push_back({random_tensor({33, 44, 3}, 7).as<T>(), 0.5});
           }},
          {"no content", [](NarrowCase<T>& c) { c.options.content_layers.clear(); }},
          {"no style", [](NarrowCase<T>& c) { c.options.style_layers.clear(); }}};
}

double relative(double a, double b) { return std::abs(a - b) / std::max(std::abs(b), 1e-300); }

template <class T>
void check_windows(double loss_tolerance, double gradient_tolerance) {
  for (const auto& [name, change] : changes<T>()) {
    CAPTURE(name);
    NarrowCase<T> c = large_case<T>();
    change(c);
    const LossAndGradient whole = outcome_of(c);
    for (const int side : {16, 24, 48}) {
      CAPTURE(side);
      c.options.region_size = side;
      const LossAndGradient cut = outcome_of(c);
      CHECK(relative(cut.losses.total, whole.losses.total) < loss_tolerance);
      CHECK(relative(cut.losses.content, whole.losses.content) < loss_tolerance);
      CHECK(relative(cut.losses.style, whole.losses.style) < loss_tolerance);
      CHECK(relative(cut.losses.tv, whole.losses.tv) < loss_tolerance);
      CHECK(relative_error(cut.gradient, whole.gradient) < gradient_tolerance);
    }
  }
}

TEST_CASE("windows: in double the loss and its gradient are those of the whole picture, whatever is compared") {
  check_windows<double>(1e-11, 1e-11);
}

TEST_CASE("windows: in float they are, up to the rounding of the kernels") { check_windows<float>(3e-5, 1e-4); }

template <class T>
LossAndGradient outcome_with(const NarrowCase<T>& c, bool keeps_content, std::size_t kept) {
  const Vgg<T> network(c.weights);
  Objective<T> objective(network, *c.weights, c.options, c.scene, c.context, {}, keeps_content);
  objective.keep_windows(kept);
  std::copy_n(c.start.data(), c.start.shape().count(), objective.picture().data());
  objective.evaluate();
  const Losses losses = objective.evaluate();
  return {losses, {objective.gradient().begin(), objective.gradient().end()}};
}

TEST_CASE("windows: computing maps twice, the content's too, and more threads change no bit") {
  NarrowCase<float> c = large_case<float>();
  c.options.region_size = 24;
  const LossAndGradient first = outcome_with(c, true, 100);
  for (const std::size_t kept : {std::size_t{0}, std::size_t{2}, std::size_t{5}}) {
    for (const bool keeps_content : {true, false}) {
      for (const int threads : {1, 3}) {
        c.context = Context(threads);
        const LossAndGradient other = outcome_with(c, keeps_content, kept);
        CHECK(other.losses.total == first.losses.total);
        CHECK(other.gradient == first.gradient);
      }
    }
  }
}

void check_kept_windows(NetworkWeights network, const Weights& same_network) {
  NarrowCase<float> c = large_case<float>();
  c.weights = std::make_shared<NetworkWeights>(std::move(network));
  c.options = preset("default", same_network);
  c.options.region_size = 32;
  const LossAndGradient first = outcome_with(c, true, 100);
  for (const std::size_t kept : {std::size_t{0}, std::size_t{2}}) {
    for (const bool keeps_content : {true, false}) {
      c.context = Context(keeps_content ? 1 : 3);
      const LossAndGradient other = outcome_with(c, keeps_content, kept);
      CHECK(other.losses.total == first.losses.total);
      CHECK(other.gradient == first.gradient);
    }
  }
}

TEST_CASE("windows: nor does it with the formula network, whose content is kept by lanes") {
  check_kept_windows(formula_weights(), Weights::formula());
}

TEST_CASE("windows: nor does it with the built-in network") {
  check_kept_windows(builtin_weights(), Weights::builtin());
}

TEST_CASE("windows: a content beyond what 16 bits hold still has a loss that is a number") {
  const Weights weights = Weights::formula();
  NarrowCase<float> c = large_case<float>();
  c.weights = std::make_shared<NetworkWeights>(formula_weights());
  c.options = preset("default", weights);
  for (float& value : c.scene.content.values()) value *= 1e6F;
  const LossAndGradient huge = outcome_with(c, true, 1);
  CHECK(std::isfinite(huge.losses.total));
  for (const float value : huge.gradient) REQUIRE(std::isfinite(value));
}

TEST_CASE("windows: the losses of layers are those of the whole picture, and every op is profiled once") {
  NarrowCase<double> c = large_case<double>();
  const auto whole = c.objective();
  whole->evaluate();
  c.options.region_size = 24;
  const auto cut = c.objective();
  CHECK(cut->windows() == 6);
  cut->set_profiling(true);
  cut->evaluate();
  const std::vector<LayerLoss> a = whole->layer_losses(), b = cut->layer_losses();
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].layer == b[i].layer);
    CHECK(relative(b[i].loss, a[i].loss) < 1e-11);
  }
  double flops = 0, cut_flops = 0;
  for (const OpProfile& op : whole->profile()) flops += op.forward_flops;
  for (const OpProfile& op : cut->profile()) cut_flops += op.forward_flops;
  CHECK(cut_flops > flops);  // of the halos
  CHECK(cut_flops < 4 * flops);
}

TEST_CASE("windows: gradients brought to a norm of the whole picture are refused by name") {
  NarrowCase<float> c = large_case<float>();
  c.options.normalise_gradients = true;
  c.options.region_size = 24;
  CHECK(error_of(ErrorCode::usage, [&] { c.objective(); }).find("normalise_gradients") != std::string::npos);
}

// Smooth, as pictures are: the covariances of noise are small beside what float rounds off their sums.
Tensor<float> rippled(Index height, Index width, float pitch) {
  Tensor<float> picture({height, width, 3});
  for (Index i = 0; i < picture.shape().count(); ++i) {
    const auto h = static_cast<float>(i / 3 / width), w = static_cast<float>(i / 3 % width);
    picture[i] = std::sin(pitch * h + static_cast<float>(i % 3)) + std::cos(0.7F * pitch * w + 0.01F * h * w);
  }
  return picture;
}

// By a network of the library, the formula in float alone.
template <class T>
LossAndGradient outcome_by(const Weights& weights, const Context& context, int side) {
  Options options = preset("default", weights);
  options.tv_weight = 0.1;
  options.region_size = side;
  const Scene<T> scene = scene_of(rippled(150, 118, 0.2F).as<T>(), rippled(97, 120, 0.45F).as<T>());
  const Vgg<T> network(weights.network());
  Objective<T> objective(network, *weights.network(), options, scene, context);
  const Tensor<T> start = rippled(150, 118, 0.31F).as<T>();
  std::copy_n(start.data(), start.shape().count(), objective.picture().data());
  const Losses losses = objective.evaluate();
  return {losses, {objective.gradient().begin(), objective.gradient().end()}};
}

TEST_CASE("windows: the formula network's tiles add up to the whole picture's moments, on every target") {
  for (const SimdTarget target : available_targets()) {
    CAPTURE(to_string(target));
    const Context context(2, target);
    const LossAndGradient whole = outcome_by<float>(Weights::formula(), context, 0);
    for (const int side : {40, 64, 100}) {
      const LossAndGradient cut = outcome_by<float>(Weights::formula(), context, side);
      CHECK(relative(cut.losses.total, whole.losses.total) < 1e-5);
      CHECK(relative_error(cut.gradient, whole.gradient) < 1e-4);
    }
  }
}

// Rounding of float decides which of two neighbours is the larger, so the gradient takes another way here and there.
TEST_CASE("windows: the built-in network's add up, too, in double but for the rounding of sums") {
  const auto check = [](const auto& outcome, double loss_tolerance, double gradient_tolerance) {
    const LossAndGradient whole = outcome(0), cut = outcome(40);
    CHECK(relative(cut.losses.total, whole.losses.total) < loss_tolerance);
    CHECK(relative_error(cut.gradient, whole.gradient) < gradient_tolerance);
  };
  const Weights weights = Weights::builtin();
  check([&](int side) { return outcome_by<double>(weights, Context(2), side); }, 1e-11, 1e-11);
  check([&](int side) { return outcome_by<float>(weights, Context(2), side); }, 1e-5, 3e-3);
}

}  // namespace
}  // namespace impasto::testing
