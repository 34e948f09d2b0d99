// A narrow VGG19 as Keras 3, HDF5 2.0, Hugging Face's libraries and (by SciPy) MatConvNet write it: the maps are
// Keras'.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "model/weights_file.h"
#include "support/golden.h"
#include "support/golden_features.h"
#include "support/golden_targets.h"

namespace impasto::testing {
namespace {

struct KerasGolden {
  const char* name;
  WeightsSource source;
  const char* maps;  // in golden_five.json
};

constexpr KerasGolden kKerasGoldens[] = {
    {"golden_five.keras", WeightsSource::keras, "keras"},
    {"golden_five.weights.json", WeightsSource::keras, "keras"},
    {"golden_five_newer.h5", WeightsSource::keras, "keras"},
    {"golden_five_bfloat16.keras", WeightsSource::keras, "keras_bfloat16"},
    {"golden_five.safetensors.index.json", WeightsSource::torchvision, "torchvision"},
    {"golden_five.mat", WeightsSource::automatic, "matconvnet"},
};

TEST_CASE(
    "model: Keras 3's models, HDF5 2.0, weights in parts and MatConvNet's give Keras' input and maps to 1e-4, on every "
    "target") {
  const Json golden = golden_json("golden_five.json");
  for (const KerasGolden& file : kKerasGoldens) {
    const auto weights = std::make_shared<const NetworkWeights>(load_weights(golden_path(file.name), file.source));
    REQUIRE(weights->depth() == 16);
    for (const SimdTarget target : golden_targets()) {
      INFO(std::string(file.name), " on ", to_string(target));
      check_features(weights, golden[file.maps], 1e-4, Context(2, target));
    }
  }
}

}  // namespace
}  // namespace impasto::testing
