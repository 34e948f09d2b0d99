// A narrow VGG19 as PyTorch's two exporters, Keras, tf2onnx and onnx's own helper write it: Impasto computes what
// PyTorch and Keras compute from the same picture.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "model/weights_file.h"
#include "support/error_of.h"
#include "support/golden.h"
#include "support/golden_features.h"
#include "support/golden_targets.h"
#include "support/temp_folder.h"

namespace impasto::testing {

namespace {

struct OnnxGolden {
  const char* name;
  const char* maps;      // in golden_onnx.json
  WeightsSource source;  // automatic: the graph has its preprocessing
  bool is_plain;         // the network without batch normalisation
};

constexpr OnnxGolden kOnnxGolden[] = {
    {"golden_onnx_torch_old.onnx", "torchvision", WeightsSource::torchvision, true},
    {"golden_onnx_torch_new.onnx", "torchvision", WeightsSource::torchvision, true},
    {"golden_onnx_torch_half.onnx", "torchvision", WeightsSource::torchvision, true},
    {"golden_onnx_torch_bfloat16.onnx", "torchvision", WeightsSource::torchvision, true},
    {"golden_onnx_torch_folded.onnx", "normalised", WeightsSource::torchvision, false},
    {"golden_onnx_torch_normalised.onnx", "normalised", WeightsSource::torchvision, false},
    {"golden_onnx_tf2onnx.onnx", "keras", WeightsSource::keras, true},
    {"golden_onnx_keras.onnx", "keras", WeightsSource::automatic, true},
    {"golden_onnx_helper.onnx", "torchvision", WeightsSource::torchvision, true}};

}  // namespace

TEST_CASE("model: ONNX files of every exporter give the frameworks' input and maps to 1e-4, on every target") {
  const Json golden = golden_json("golden_onnx.json");
  for (const OnnxGolden& file : kOnnxGolden) {
    INFO(std::string(file.name));
    const auto weights = std::make_shared<const NetworkWeights>(load_weights(golden_path(file.name), file.source));
    REQUIRE(weights->depth() == 16);
    for (const SimdTarget target : golden_targets())
      check_features(weights, golden[file.maps], 1e-4, Context(2, target));
  }
}

TEST_CASE("model: the same numbers come out of the ONNX files of every exporter, to the bit") {
  const WeightsFile wanted(golden_path(kOnnxGolden[0].name));
  for (const OnnxGolden& golden : kOnnxGolden) {
    if (!golden.is_plain) continue;
    INFO(std::string(golden.name));
    check_same_numbers(wanted, WeightsFile(golden_path(golden.name)));
  }
}

TEST_CASE("model: an imported ONNX file says what it was, and a model without its data beside it is refused") {
  const TempFolder folder;
  const WeightsSummary summary = import_weights(golden_path("golden_onnx_keras.onnx"), folder / "w.safetensors");
  CHECK(summary.metadata.at("made_from") ==
        "ONNX, names as of its graph; 16 convolutions found by the graph; input by its own preprocessing");
  CHECK(summary.source == WeightsSource::caffe);
  CHECK(summary.channel_order == "BGR");
  CHECK(summary.convolutions == 16);
  std::filesystem::copy_file(golden_path("golden_onnx_torch_new.onnx"), folder / "alone.onnx");
  const auto load = [&] { load_weights(folder / "alone.onnx", WeightsSource::torchvision); };
  CHECK(contains(error_of(ErrorCode::input, load), "golden_onnx_torch_new.onnx.data' does not exist"));
}

}  // namespace impasto::testing
