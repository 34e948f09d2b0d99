// A narrow VGG19 as Keras, tf_keras and torchvision save it, and a narrow VGG16 of torchvision's: Impasto computes what
// they compute from the same picture.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "impasto/options.h"
#include "model/vgg.h"
#include "optimise/adam.h"
#include "style/objective.h"
#include "support/golden.h"
#include "support/golden_features.h"
#include "support/golden_targets.h"
#include "support/scene_of.h"

namespace impasto {
namespace {

using testing::check_close;
using testing::check_features;
using testing::golden_json;
using testing::golden_path;
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

TEST_CASE("model: files saved by Keras and torchvision give the frameworks' input and maps to 1e-4, on every target") {
  const Json golden = golden_json("golden_weights.json");
  for (const GoldenFile& file : kGoldenFiles) {
    const auto weights = std::make_shared<const NetworkWeights>(load_weights(golden_path(file.name), file.source));
    CHECK(weights->depth() == kVgg19.layers().size());
    for (const SimdTarget target : testing::golden_targets()) {
      INFO(std::string(file.name), " on ", to_string(target));
      check_features(weights, golden[to_string(file.source)], kTolerance, Context(2, target));
    }
  }
}

TEST_CASE("model: torchvision's VGG16, each block of another width, gives PyTorch's maps to 1e-4, on every target") {
  const Json golden = golden_json("golden_vgg16.json");
  const auto weights = std::make_shared<const NetworkWeights>(
      load_weights(golden_path("golden_vgg16_torchvision.safetensors"), WeightsSource::torchvision));
  CHECK(weights->architecture == kVgg16);
  CHECK(weights->depth() == kVgg16.layers().size());
  for (const SimdTarget target : testing::golden_targets()) {
    INFO(to_string(target));
    check_features(weights, golden, kTolerance, Context(2, target));
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
