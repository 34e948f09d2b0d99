// The table of layers, and every map of the full network against float64 PyTorch.
#include "model/vgg.h"

#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "support/golden.h"
#include "support/hash_network.h"
#include "support/narrow_vgg.h"

namespace impasto {
namespace {

using testing::check_description;
using testing::golden_json;
using testing::golden_tensor;
using testing::Json;
using testing::number;

TEST_CASE("model: a layer answers to Keras', Caffe's and torchvision's names") {
  for (const char* name :
       {"block4_conv2", "conv4_2", "relu4_2", "21", "22", "features.21", "features.22", "Block4_Conv2"}) {
    CHECK(vgg_layers()[find_layer(name)].keras_name() == "block4_conv2");
  }
  for (const char* name : {"block5_pool", "pool5", "36"}) CHECK(find_layer(name) == 20);
  CHECK(vgg_layers()[find_layer("0")].keras_name() == "block1_conv1");
}

TEST_CASE("model: a name means the same layer in VGG16, a position in torchvision's features another one") {
  for (const char* name : {"block4_conv3", "relu4_3", "21", "features.22"})
    CHECK(vgg_layers()[find_layer(name, kVgg16)].keras_name() == "block4_conv3");
  CHECK(vgg_layers()[find_layer("17", kVgg16)].keras_name() == "block4_conv1");
  CHECK(vgg_layers()[find_layer("30", kVgg16)].keras_name() == "block5_pool");
  CHECK(vgg_layers()[find_layer("30")].keras_name() == "block5_conv2");
  CHECK(find_layer("conv4_4", kVgg16) == find_layer("conv4_4"));
  CHECK_THROWS_WITH_AS(find_layer("31", kVgg16), doctest::Contains("did you mean"), Error);
}

TEST_CASE("model: VGG16 is VGG19 without the fourth convolutions, in whose place the third ones stand") {
  CHECK(kVgg19.layers().size() == 16);
  CHECK(kVgg16.layers().size() == 13);
  for (const char* block : {"3", "4", "5"}) {
    const std::string conv = std::string("conv") + block + "_";
    CHECK_FALSE(kVgg16.has(find_layer(conv + "4")));
    CHECK(kVgg16.stand_in(find_layer(conv + "4")) == find_layer(conv + "3"));
    CHECK(kVgg16.stand_in(find_layer(conv + "3")) == find_layer(conv + "3"));
    CHECK(kVgg19.stand_in(find_layer(conv + "4")) == find_layer(conv + "4"));
  }
  CHECK(kVgg16.stand_in(find_layer("pool4")) == find_layer("pool4"));
  CHECK(kVgg16.features_index(find_layer("conv5_3")) == 28);
  CHECK(kVgg19.features_index(find_layer("conv5_3")) == 32);
  CHECK(kVgg16.features_index(find_layer("conv5_3"), true) == 40);
}

TEST_CASE("model: an unknown layer is refused with the nearest known name") {
  for (const char* name : {"block4_conv5", "conv6_1", "", "37", "block4conv2"}) {
    CHECK_THROWS_WITH_AS(find_layer(name), doctest::Contains("did you mean"), Error);
  }
  CHECK_THROWS_WITH(find_layer("blok4_conv2"), doctest::Contains("'block4_conv2'"));
}

TEST_CASE("model: the hash network has the golden weights, bit by bit") {
  const Json golden = golden_json("golden_hash.json")["layers"];
  const auto network = testing::hash_network();
  std::size_t i = 0;
  for (const VggLayer& layer : vgg_layers()) {
    if (layer.is_pool) continue;
    const ConvWeights& conv = network->convolutions[i++];
    const Json& wanted = golden[layer.keras_name()]["weights"];
    for (std::size_t k = 0; k < wanted["indices"].size(); ++k) {
      CHECK(static_cast<double>(conv.w[wanted["indices"][k].get<Index>()]) == number(wanted["values"][k]));
    }
    check_description<float>(golden[layer.keras_name()]["bias"], conv.b.values(), 1e-12);
  }
}

// All maps that the golden file has for one padding and pooling.
template <class T>
void check_maps(const std::shared_ptr<NetworkWeights>& weights, const Json& golden, const Context& context,
                double tolerance) {
  const Vgg<T> network(weights);
  const Tensor<T> content = golden_tensor<T>("golden_content.npy");
  std::vector<std::string> names;
  std::vector<std::size_t> wanted;
  for (const VggLayer& layer : vgg_layers()) {
    if (!golden.contains(layer.keras_name())) continue;
    names.push_back(layer.keras_name());
    wanted.push_back(find_layer(names.back()));
  }
  REQUIRE(names.size() >= 3);
  Tape<T> tape(context);
  const std::vector<Id> maps = network.record(tape, tape.constant(content.view()), wanted);
  for (const Id id : maps) tape.keep(id);
  tape.forward();
  for (std::size_t k = 0; k < names.size(); ++k) {
    INFO(names[k], " on ", to_string(context.target()));
    check_description<T>(golden[names[k]], tape.value(maps[k]), tolerance);
  }
}

TEST_CASE(
    "model: every map of VGG19 agrees with float64 PyTorch, to 1e-9 in double and 1e-4 in float on every target") {
  const Json golden = golden_json("golden_vgg19.json");
  const auto weights = testing::hash_network();
  struct Variant {
    const char* name;
    Padding padding;
    Pooling pooling;
  };
  for (const Variant& v : {Variant{"zero_max", Padding::zero, Pooling::max},
                           {"zero_average", Padding::zero, Pooling::average},
                           {"replicate_max", Padding::replicate, Pooling::max},
                           {"reflect_max", Padding::reflect, Pooling::max}}) {
    INFO(v.name);
    weights->padding = v.padding;
    weights->pooling = v.pooling;
    check_maps<double>(weights, golden[v.name], Context(2), 1e-9);
    for (const SimdTarget target : available_targets()) {
      check_maps<float>(weights, golden[v.name], Context(2, target), 1e-4);
    }
  }
}

// The root of the mean square of the first pooled map.
double size_of_map(const std::shared_ptr<NetworkWeights>& weights, const NetworkOptions& how) {
  Tape<double> tape(Context(1));
  const Tensor<double> content = golden_tensor<double>("golden_content.npy");
  const std::size_t wanted[] = {find_layer("block1_pool")};
  const Vgg<double> network(weights);
  const Id map = network.record(tape, tape.constant(content.view()), wanted, how)[0];
  tape.keep(map);
  tape.forward();
  double sum = 0;
  for (const double value : tape.value(map)) sum += value * value;
  return std::sqrt(sum / static_cast<double>(tape.value(map).size()));
}

TEST_CASE("model: another pooling than the weights' own is brought to its size, the own one is left alone") {
  const auto weights = testing::hash_network(3);
  const double max = size_of_map(weights, {}), average = size_of_map(weights, {Pooling::average}),
               l2 = size_of_map(weights, {Pooling::l2});
  CHECK(size_of_map(weights, {Pooling::max}) == max);
  weights->pooling = Pooling::average;
  CHECK(average == doctest::Approx(2 * size_of_map(weights, {})));
  CHECK(size_of_map(weights, {Pooling::max}) == doctest::Approx(max / 2));
  weights->pooling = Pooling::l2;
  CHECK(l2 == doctest::Approx(1.56 * size_of_map(weights, {})));
  CHECK(pooling_gain(Pooling::l2, Pooling::average) == doctest::Approx(0.78));
  for (const double other : {average, l2}) {
    CHECK(other > 0.6 * max);
    CHECK(other < 1.8 * max);
  }
}

TEST_CASE("model: another padding than the weights' own may be asked for") {
  const auto weights = testing::hash_network(3);
  const double zero = size_of_map(weights, {}), replicate = size_of_map(weights, {{}, Padding::replicate});
  CHECK(zero != replicate);
  weights->padding = Padding::replicate;
  CHECK(size_of_map(weights, {}) == replicate);
  CHECK(size_of_map(weights, {{}, Padding::zero}) == zero);
}

template <class T>
std::vector<std::vector<T>> maps_of(const std::shared_ptr<NetworkWeights>& weights,
                                    const std::vector<std::size_t>& wanted, const NetworkOptions& how) {
  const Vgg<T> network(weights);
  const Tensor<T> content = golden_tensor<T>("golden_content.npy");
  Tape<T> tape(Context(2));
  const std::vector<Id> ids = network.record(tape, tape.constant(content.view()), wanted, how);
  for (const Id id : ids) tape.keep(id);
  tape.forward();
  std::vector<std::vector<T>> maps;
  for (const Id id : ids) maps.emplace_back(tape.value(id).begin(), tape.value(id).end());
  return maps;
}

TEST_CASE("model: VGG16's maps are those of VGG19 whose fourth convolutions change nothing, with every pooling") {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < vgg_layers().size(); ++i) {
    if (kVgg16.has(i)) all.push_back(i);
  }
  REQUIRE(all.size() == 18);
  const std::vector<std::size_t> last = {find_layer("pool5")};
  for (const Pooling pooling : {Pooling::max, Pooling::average, Pooling::l2}) {
    for (const std::vector<std::size_t>& wanted : {all, last}) {
      CHECK(maps_of<double>(testing::narrow_vgg(kVgg16), wanted, {pooling}) ==
            maps_of<double>(testing::narrow_vgg(kVgg19), wanted, {pooling}));
      const auto sixteen = maps_of<float>(testing::narrow_vgg(kVgg16), wanted, {pooling}),
                 nineteen = maps_of<float>(testing::narrow_vgg(kVgg19), wanted, {pooling});
      for (std::size_t k = 0; k < wanted.size(); ++k) {
        const std::vector<double> reference(nineteen[k].begin(), nineteen[k].end());
        CHECK(testing::worst_difference<float>(sixteen[k], reference) < 1e-4);
      }
    }
  }
}

TEST_CASE("model: a layer that the network lacks is refused with the one before it") {
  const Vgg<float> network(testing::narrow_vgg(kVgg16));
  Tape<float> tape(Context(1));
  const std::size_t wanted[] = {find_layer("conv4_4")};
  CHECK_THROWS_WITH_AS(network.record(tape, tape.input({32, 32, 3}), wanted),
                       doctest::Contains("VGG16 has no layer block4_conv4; name block4_conv3"), Error);
}

TEST_CASE("model: a network whose input is not known runs with literal input only") {
  const auto weights = testing::narrow_vgg(kVgg16);
  weights->unknown_input = "nobody knows";
  const std::vector<std::size_t> wanted = {0};
  CHECK_THROWS_WITH_AS(maps_of<float>(weights, wanted, {}), doctest::Contains("nobody knows"), Error);
  NetworkOptions literal;
  literal.literal = true;
  CHECK(maps_of<float>(weights, wanted, literal) == maps_of<float>(testing::narrow_vgg(kVgg16), wanted, {}));
}

TEST_CASE("model: recording stops at the deepest layer asked for") {
  const Vgg<float> network(testing::hash_network(3));
  Tape<float> tape(Context(1));
  const std::size_t wanted[] = {find_layer("conv2_1")};
  const std::vector<Id> maps = network.record(tape, tape.input({9, 7, 3}), wanted);
  CHECK(tape.shape(maps[0]) == Shape{4, 3, 128});
  const std::size_t deeper[] = {find_layer("conv2_2")};
  CHECK_THROWS_WITH_AS(network.record(tape, tape.input({9, 7, 3}), deeper),
                       doctest::Contains("end before layer block2_conv2"), Error);
}

TEST_CASE("model: a picture too small for the deepest layer is refused with the size it needs") {
  const Vgg<float> network(testing::hash_network());
  Tape<float> tape(Context(1));
  const std::size_t wanted[] = {find_layer("conv5_1")};
  CHECK_THROWS_WITH_AS(network.record(tape, tape.input({15, 40, 3}), wanted),
                       doctest::Contains("needs at least 16 x 16"), Error);
  CHECK(tape.shape(network.record(tape, tape.input({16, 16, 3}), wanted)[0]) == Shape{1, 1, 512});
}

}  // namespace
}  // namespace impasto
