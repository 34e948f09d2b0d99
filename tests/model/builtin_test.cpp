// The built-in network: its file in the library, and what holds whatever it was trained to.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "impasto/weights.h"
#include "impasto/weights_tools.h"
#include "model/network_weights.h"
#include "model/vgg.h"
#include "support/golden.h"
#include "support/same_numbers.h"

namespace impasto::testing {
namespace {

const std::vector<std::string> kLayers = {"block1_conv1", "block1_conv2", "block2_conv1", "block2_conv2",
                                          "block3_conv1", "block3_conv2", "block3_conv3", "block4_conv1",
                                          "block4_conv2", "block4_conv3", "block5_conv1"};

TEST_CASE("model: the built-in network is the file weights/builtin.safetensors, to the bit") {
  const Weights weights = Weights::builtin();
  CHECK(weights.is_builtin());
  CHECK_FALSE(weights.is_formula());
  CHECK(weights.description().starts_with("built-in weights ("));
  const NetworkWeights file = load_weights(IMPASTO_SOURCE_DIR "/weights/builtin.safetensors");
  CHECK_FALSE(file.is_builtin);
  CHECK(same_numbers(*weights.network(), file));
  CHECK(weights.network()->input == file.input);
}

TEST_CASE("model: the built-in network has VGG16's first 11 convolutions, and takes what Caffe's network takes") {
  const Weights weights = Weights::builtin();
  CHECK(weights.architecture() == "VGG16");
  CHECK(weights.layers() == kLayers);
  CHECK(weights.pooling() == Pooling::max);
  CHECK(weights.padding() == Padding::zero);
  CHECK_FALSE(weights.is_folded());
  CHECK(weights.network()->input == kCaffePreprocessing.from_normalised());
  CHECK(weights.network()->unknown_input.empty());
}

TEST_CASE("model: nothing is wrong with the built-in network's file, and that it ends before block5_conv2 is noted") {
  const WeightsSummary summary = inspect_weights(IMPASTO_SOURCE_DIR "/weights/builtin.safetensors");
  CHECK(summary.problems.empty());
  REQUIRE(summary.notes.size() == 1);
  CHECK(summary.notes[0].starts_with("only the first 11 of 13 convolutions are there"));
}

TEST_CASE("model: every map of the built-in network is finite, and differs between positions and channels") {
  const Weights weights = Weights::builtin();
  const Vgg<float> network(weights.network());
  std::vector<std::size_t> wanted;
  for (const std::string& layer : kLayers) wanted.push_back(find_layer(layer, kVgg16));
  Tape<float> tape(Context(2));
  const Tensor<float> content = golden_tensor<float>("golden_content.npy");
  const std::vector<Id> maps = network.record(tape, tape.constant(content.view()), wanted);
  for (const Id id : maps) tape.keep(id);
  tape.forward();
  for (std::size_t i = 0; i < maps.size(); ++i) {
    INFO(kLayers[i]);
    const auto map = tape.value(maps[i]);
    CHECK(std::all_of(map.begin(), map.end(), [](float value) { return std::isfinite(value) && value >= 0; }));
    CHECK(*std::max_element(map.begin(), map.end()) > 0);
    CHECK(std::adjacent_find(map.begin(), map.end(), std::not_equal_to<>()) != map.end());
  }
}

}  // namespace
}  // namespace impasto::testing
