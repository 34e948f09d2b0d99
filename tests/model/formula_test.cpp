// The formula network against its PyTorch reference.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "impasto/weights.h"
#include "model/network_weights.h"
#include "model/vgg.h"
#include "support/fingerprint.h"
#include "support/golden.h"

namespace impasto {
namespace {

using testing::check_close;
using testing::check_description;
using testing::golden_json;
using testing::golden_tensor;
using testing::Json;
using testing::number;

TEST_CASE("model: the weights by formula are the reference's, up to one rounding") {
  const Json golden = golden_json("golden_formula.json")["weights"];
  const NetworkWeights network = formula_weights();
  REQUIRE(network.dense().size() == 16);
  std::size_t i = 0;
  for (const VggLayer& layer : vgg_layers()) {
    if (layer.is_pool) continue;
    INFO(layer.keras_name());
    const ConvWeights& conv = network.dense()[i++];
    const Json& wanted = golden[layer.keras_name()];
    check_description<float>(wanted, conv.w.values(), 2e-7);
    double bias_sum = 0;
    for (const float b : conv.b.values()) bias_sum += static_cast<double>(b);
    check_close(bias_sum, number(wanted["bias_sum"]), 1e-7);
  }
}

template <class T>
void check_features(const Json& golden, const Context& context, double tolerance) {
  const Vgg<T> network(std::make_shared<NetworkWeights>(formula_weights()));
  const Tensor<T> content = golden_tensor<T>("golden_content.npy");
  std::vector<std::size_t> wanted;
  std::vector<std::string> names;
  for (const VggLayer& layer : vgg_layers()) {
    if (layer.is_pool) continue;
    names.push_back(layer.keras_name());
    wanted.push_back(find_layer(names.back()));
  }
  Tape<T> tape(context);
  const std::vector<Id> maps = network.record(tape, tape.constant(content.view()), wanted);
  for (const Id id : maps) tape.keep(id);
  tape.forward();
  for (std::size_t k = 0; k < names.size(); ++k) {
    INFO(names[k], " on ", to_string(context.target()));
    check_description<T>(golden[names[k]], tape.value(maps[k]), tolerance);
  }
}

TEST_CASE("model: all 16 maps of the formula network equal the reference to 1e-5, to 5e-5 through Winograd") {
  const Json golden = golden_json("golden_formula.json");
  check_features<double>(golden["float64"], Context(2), 1e-6);
  for (const SimdTarget target : available_targets()) {
    const Context context(2, target);
    check_features<float>(golden["float64"], context.with_convolution(Convolution::im2col), 1e-5);
    check_features<float>(golden["float64"], context, 1e-5);
    if (target == SimdTarget::baseline) continue;
    check_features<float>(golden["float64"], context.with_convolution(Convolution::winograd), 5e-5);
  }
}

TEST_CASE("model: the formula network takes normalised RGB, average pooling and replicate padding") {
  CHECK(Weights::formula().is_formula());
  const NetworkWeights network = formula_weights();
  CHECK(network.input == ChannelMap{});
  CHECK(network.pooling == Pooling::average);
  CHECK(network.padding == Padding::replicate);
  CHECK(network.dense().front().w.shape() == Shape{3, 3, 3, 60});
  CHECK(network.dense().back().w.shape() == Shape{3, 3, 276, 276});
}

TEST_CASE("model: the weights by formula are the same bits on every machine") {
  const NetworkWeights network = formula_weights();
  std::uint64_t hash = testing::fingerprint({});
  for (const ConvWeights& conv : network.dense()) {
    hash = testing::fingerprint(conv.b.values(), testing::fingerprint(conv.w.values(), hash));
  }
  CHECK(hash == 11428101375880906121U);
}

}  // namespace
}  // namespace impasto
