// A narrow VGG19 as Keras, tf_keras and torchvision save it, and a narrow VGG16 of torchvision's: Impasto computes what
// they compute from the same picture.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "impasto/image.h"
#include "impasto/options.h"
#include "model/vgg.h"
#include "optimise/adam.h"
#include "style/objective.h"
#include "support/golden.h"
#include "support/golden_targets.h"
#include "support/scene_of.h"

namespace impasto {
namespace {

using testing::check_close;
using testing::check_description;
using testing::golden_json;
using testing::golden_tensor;
using testing::Json;
using testing::kGoldenSteps;
using testing::number;

constexpr double kTolerance = 1e-4;

// Its source is what golden_weights.json computes it as; its numbers are nobody's, so that it has to be told.
struct GoldenFile {
  const char* name;
  WeightsSource source;
};

constexpr GoldenFile kGoldenFiles[] = {{"golden_vgg19_torchvision.safetensors", WeightsSource::torchvision},
                                       {"golden_vgg19_official.h5", WeightsSource::keras},
                                       {"golden_vgg19_tf_keras.h5", WeightsSource::keras},
                                       {"golden_vgg19_keras3.weights.h5", WeightsSource::keras}};

std::filesystem::path golden_path(const std::string& name) { return std::filesystem::path(IMPASTO_GOLDEN_DIR) / name; }

// The golden picture in the optimiser's units.
Tensor<float> golden_picture() {
  const Image image = load_image(golden_path("golden_weights_picture.png"));
  const std::vector<float> values = normalise(image);
  Tensor<float> picture({image.height(), image.width(), 3});
  std::copy(values.begin(), values.end(), picture.data());
  return picture;
}

void check_features(const std::shared_ptr<const NetworkWeights>& weights, const Json& golden, const Context& context) {
  const Vgg<float> network(weights);
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < vgg_layers().size(); ++i) {
    if (golden.contains(vgg_layers()[i].keras_name())) wanted.push_back(i);
  }
  REQUIRE(weights->depth() == weights->architecture.layers().size());
  REQUIRE(wanted.size() >= weights->depth());
  const Tensor<float> picture = golden_picture();
  Tape<float> tape(context);
  const Id x = tape.constant(picture.view());
  const Id input = normalise(tape, x, weights->input);
  const std::vector<Id> maps = network.record(tape, x, wanted);
  for (const Id id : maps) tape.keep(id);
  tape.keep(input);
  tape.forward();
  {
    INFO("the network's input");
    check_description<float>(golden["input"], tape.value(input), kTolerance);
  }
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const std::string layer = vgg_layers()[wanted[k]].keras_name();
    INFO(layer);
    check_description<float>(golden[layer], tape.value(maps[k]), kTolerance);
  }
}

TEST_CASE("model: files saved by Keras and torchvision give the frameworks' input and maps to 1e-4, on every target") {
  const Json golden = golden_json("golden_weights.json");
  for (const GoldenFile& file : kGoldenFiles) {
    const auto weights = std::make_shared<const NetworkWeights>(load_weights(golden_path(file.name), file.source));
    for (const SimdTarget target : testing::golden_targets()) {
      INFO(std::string(file.name), " on ", to_string(target));
      check_features(weights, golden[to_string(file.source)], Context(2, target));
    }
  }
}

TEST_CASE("model: torchvision's VGG16, each block of another width, gives PyTorch's maps to 1e-4, on every target") {
  const Json golden = golden_json("golden_vgg16.json");
  const auto weights = std::make_shared<const NetworkWeights>(
      load_weights(golden_path("golden_vgg16_torchvision.safetensors"), WeightsSource::torchvision));
  CHECK(weights->architecture == kVgg16);
  for (const SimdTarget target : testing::golden_targets()) {
    INFO(to_string(target));
    check_features(weights, golden, Context(2, target));
  }
}

TEST_CASE("model: the tutorial's first ten steps with each file follow TensorFlow's losses to 1e-4") {
  const Json golden = golden_json("golden_weights_steps.json");
  for (const GoldenFile& file : kGoldenFiles) {
    INFO(std::string(file.name));
    const Weights weights(std::make_shared<const NetworkWeights>(load_weights(golden_path(file.name), file.source)));
    const Vgg<float> network(weights.network());
    const Options options = preset("tutorial", weights);
    const Context context(2);
    Objective<float> objective(
        network, *weights.network(), options,
        testing::scene_of(golden_tensor<float>("golden_content.npy"), golden_tensor<float>("golden_style.npy")),
        context);
    const Tensor<float> start = golden_tensor<float>("golden_start.npy");
    std::copy_n(start.data(), start.shape().count(), objective.picture().data());
    Adam<float> adam(options.adam, start.shape().count(), context);
    for (int step = 0; step < kGoldenSteps; ++step) {
      INFO("step ", step + 1);
      const Losses losses = objective.evaluate();
      const auto k = static_cast<std::size_t>(step);
      check_close(losses.total, number(golden["total"][k]), kTolerance);
      check_close(losses.content, number(golden["content"][k]), kTolerance);
      check_close(losses.style, 100 * number(golden["style"][k]), kTolerance);
      adam.update(objective.picture(), objective.gradient());
    }
  }
}

}  // namespace
}  // namespace impasto
