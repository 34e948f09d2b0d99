// Whole steps of the tutorial against PyTorch, TensorFlow and Keras: losses, gradient of the picture, ten updates.
#include "support/golden.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "impasto/options.h"
#include "optimise/adam.h"
#include "style/objective.h"
#include "support/golden_targets.h"
#include "support/hash_network.h"
#include "support/scene_of.h"

namespace impasto {
namespace {

using testing::check_close;
using testing::check_description;
using testing::golden_json;
using testing::golden_targets;
using testing::golden_tensor;
using testing::Json;
using testing::kGoldenSteps;
using testing::number;
using testing::worst_difference;

// The tutorial's loss on the golden pictures, at the golden start.
template <class T>
struct Case {
  std::shared_ptr<NetworkWeights> weights = testing::hash_network(14);
  Vgg<T> network{weights};
  Options options = preset("tutorial", Weights(weights));
  Context context;
  Tensor<T> start = golden_tensor<T>("golden_start.npy");

  explicit Case(const Context& where) : context(where) { options.pooling.reset(); }
  std::unique_ptr<Objective<T>> objective() const {
    auto made = std::make_unique<Objective<T>>(
        network, *weights, options,
        testing::scene_of(golden_tensor<T>("golden_content.npy"), golden_tensor<T>("golden_style.npy")), context);
    std::copy_n(start.data(), start.shape().count(), made->picture().data());
    return made;
  }
};

template <class T>
void check_losses(const Context& context, double tolerance, bool all_variants) {
  const Json golden = golden_json("golden_losses.json");
  Case<T> c(context);
  struct Variant {
    const char* name;
    Padding padding;
    Pooling pooling;
  };
  for (const Variant& v : {Variant{"zero_max", Padding::zero, Pooling::max},
                           {"zero_average", Padding::zero, Pooling::average},
                           {"replicate_max", Padding::replicate, Pooling::max},
                           {"reflect_max", Padding::reflect, Pooling::max},
                           {"replicate_average", Padding::replicate, Pooling::average}}) {
    if (!all_variants && v.padding != Padding::zero) continue;
    INFO(v.name, " on ", to_string(context.target()));
    c.weights->padding = v.padding;
    c.weights->pooling = v.pooling;
    const auto objective = c.objective();
    const Losses losses = objective->evaluate();
    check_close(losses.total, number(golden[v.name]["total"]), tolerance);
    check_close(losses.content, number(golden[v.name]["content"]), tolerance);
    check_close(losses.style, 100 * number(golden[v.name]["style"]), tolerance);
    check_description<T>(golden[v.name]["gradient"], objective->gradient(), tolerance);
  }
}

TEST_CASE(
    "style: tutorial losses and gradient agree with float64 PyTorch to 1e-9 in double, for every padding and pooling") {
  check_losses<double>(Context(2), 1e-9, true);
}

TEST_CASE("style: tutorial losses and gradient agree with float64 PyTorch to 1e-4 in float, on every target") {
  for (const SimdTarget target : golden_targets()) {
    check_losses<float>(Context(2, target), 1e-4, target == available_targets().front());
  }
}

TEST_CASE("style: the whole gradient on the picture agrees with PyTorch element by element") {
  const NpyArray wanted = decode_npy(testing::golden_bytes("golden_gradient.npy"), "golden_gradient.npy");
  Case<double> exact{Context(2)};
  const auto in_double = exact.objective();
  in_double->evaluate();
  CHECK(worst_difference<double>(in_double->gradient(), wanted.values) < 1e-9);
  for (const SimdTarget target : golden_targets()) {
    INFO(to_string(target));
    Case<float> c{Context(2, target)};
    const auto in_float = c.objective();
    in_float->evaluate();
    CHECK(worst_difference<float>(in_float->gradient(), wanted.values) < 1e-4);
  }
}

TEST_CASE("style: each layer's loss agrees with PyTorch") {
  const Json golden = golden_json("golden_losses.json");
  Case<double> c{Context(2)};
  const Options tutorial = c.options;
  for (const auto& layer : tutorial.content_layers) {
    c.options.content_layers = {layer};
    c.options.style_layers.clear();
    check_close(c.objective()->evaluate().content, number(golden["content"][layer.layer]["weighted"]), 1e-9);
  }
  for (const auto& layer : tutorial.style_layers) {
    c.options.content_layers.clear();
    c.options.style_layers = {layer};
    check_close(c.objective()->evaluate().style, 100 * number(golden["style"][layer.layer]["weighted"]), 1e-9);
  }
}

TEST_CASE("style: Gram matrices agree with PyTorch, to 1e-9 in double and 1e-4 in float") {
  const Json golden = golden_json("golden_losses.json")["gram"];
  const auto check = [&]<class T>(T, const Context& context, double tolerance) {
    for (const std::string picture : {"style", "start"}) {
      const Vgg<T> network(testing::hash_network(13));
      const Tensor<T> values = golden_tensor<T>("golden_" + picture + ".npy");
      for (const auto& item : golden[picture].items()) {
        const std::string& layer = item.key();
        const Json& wanted = item.value();
        Tape<T> tape(context);
        const std::size_t position[] = {find_layer(layer)};
        const Id gram = gram_matrix(tape, network.record(tape, tape.constant(values.view()), position)[0]);
        tape.keep(gram);
        tape.forward();
        double trace = 0, squares = 0;
        const Index C = tape.shape(gram)[0];
        for (Index i = 0; i < C; ++i)
          trace += static_cast<double>(tape.value(gram)[static_cast<std::size_t>(i * C + i)]);
        for (const T value : tape.value(gram)) squares += static_cast<double>(value) * static_cast<double>(value);
        INFO(picture, " ", layer);
        check_close(trace, number(wanted["trace"]), tolerance);
        check_close(std::sqrt(squares), number(wanted["frobenius"]), tolerance);
        for (std::size_t k = 0; k < wanted["indices"].size(); ++k) {
          const double value = static_cast<double>(tape.value(gram)[wanted["indices"][k].template get<std::size_t>()]);
          const double typical = number(wanted["frobenius"]) / static_cast<double>(C),
                       sample = number(wanted["values"][k]);
          CHECK(std::abs(value - sample) <= tolerance * std::max(std::abs(sample), typical));
        }
      }
    }
  };
  check(double(), Context(2), 1e-9);
  for (const SimdTarget target : golden_targets()) check(float(), Context(2, target), 1e-4);
}

TEST_CASE("style: total variation and its gradient agree with PyTorch") {
  const Json golden = golden_json("golden_losses.json")["total_variation"];
  Case<double> c{Context(1)};
  c.options.content_layers.clear();
  c.options.style_weight = 0;
  c.options.tv_weight = 1;
  const auto objective = c.objective();
  check_close(objective->evaluate().tv, number(golden["value"]), 1e-12);
  check_description<double>(golden["gradient"], objective->gradient(), 1e-12);
}

// Ten steps (kGoldenSteps); returns the losses before each.
template <class T>
std::vector<Losses> ten_steps(Objective<T>& objective, const Case<T>& c, AdamEpsilon convention) {
  AdamOptions options = c.options.adam;
  options.convention = convention;
  Adam<T> adam(options, c.start.shape().count(), c.context);
  std::vector<Losses> losses;
  for (int step = 0; step < kGoldenSteps; ++step) {
    losses.push_back(objective.evaluate());
    adam.update(objective.picture(), objective.gradient());
  }
  return losses;
}

void check_series(const std::vector<Losses>& got, const Json& wanted, double tolerance) {
  for (std::size_t step = 0; step < got.size(); ++step) {
    INFO("step ", step + 1);
    check_close(got[step].total, number(wanted["total"][step]), tolerance);
    check_close(got[step].content, number(wanted["content"][step]), tolerance);
    check_close(got[step].style, 100 * number(wanted["style"][step]), tolerance);
  }
}

TEST_CASE("style: ten tutorial steps in double follow TensorFlow with Keras' Adam, and PyTorch's Adam, to 1e-9") {
  const Json golden = golden_json("golden_steps.json");
  for (const auto& both : {std::pair{"tf64", AdamEpsilon::keras}, {"torch64", AdamEpsilon::pytorch}}) {
    const char* name = both.first;
    const AdamEpsilon convention = both.second;
    INFO(name);
    const Case<double> c{Context(2)};
    const auto objective = c.objective();
    check_series(ten_steps(*objective, c, convention), golden[name], 1e-9);
    if (kGoldenSteps < 10) continue;
    const NpyArray picture = decode_npy(testing::golden_bytes(text("golden_steps_", name, ".npy")), name);
    CHECK(worst_difference<double>(objective->picture(), picture.values) < 1e-8);
  }
}

TEST_CASE("style: ten tutorial steps in float follow TensorFlow's float32 losses to 1e-4, on every target") {
  const Json golden = golden_json("golden_steps.json");
  const NpyArray picture = decode_npy(testing::golden_bytes("golden_steps_tf32.npy"), "tf32");
  for (const SimdTarget target : golden_targets()) {
    INFO(to_string(target));
    const Case<float> c{Context(2, target)};
    const auto objective = c.objective();
    check_series(ten_steps(*objective, c, AdamEpsilon::keras), golden["tf32"], 1e-4);
    if (kGoldenSteps < 10) continue;
    double mean = 0;
    for (std::size_t i = 0; i < picture.values.size(); ++i)
      mean += std::abs(static_cast<double>(objective->picture()[i]) - picture.values[i]);
    CHECK(mean / static_cast<double>(picture.values.size()) < 2e-5);  // a ReLU or maximum may turn here and there
  }
}

}  // namespace
}  // namespace impasto
