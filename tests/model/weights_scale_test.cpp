// Kernels in whole numbers of 8 bits, each filter with its scale.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "impasto/weights_tools.h"
#include "model/network_weights.h"
#include "support/error_of.h"
#include "support/known_weights.h"
#include "support/same_numbers.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

using Tensors = std::vector<NamedTensor>;

// The first two convolutions: whole numbers -128 .. 127, and scales 0.1, 0.2, ... that are no powers of two.
Tensors with_scales() {
  const auto whole = [](std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i * 37 % 256) - 128;
    return values;
  };
  std::vector<float> scales(8), biases(8);
  for (std::size_t k = 0; k < 8; ++k) {
    scales[k] = 0.1F * static_cast<float>(k + 1);
    biases[k] = static_cast<float>(k) / 4;
  }
  return {{"block1_conv1/bias", {8}, biases},
          {"block1_conv1/scale", {8}, scales},
          {"block1_conv1/kernel", {3, 3, 3, 8}, whole(9 * 3 * 8), "I8"},
          {"block1_conv2/kernel", {3, 3, 8, 8}, whole(9 * 8 * 8), "I8"},
          {"block1_conv2/scale", {8}, scales},
          {"block1_conv2/bias", {8}, biases}};
}

// What such a file holds, with every product made by hand.
Tensors multiplied() {
  Tensors tensors = with_scales();
  for (const std::size_t kernel : {2, 3}) {
    const std::vector<float>& scale = tensors[kernel == 2 ? 1 : 4].values;
    for (std::size_t i = 0; i < tensors[kernel].values.size(); ++i) tensors[kernel].values[i] *= scale[i % 8];
    tensors[kernel].dtype = "F32";
  }
  std::erase_if(tensors, [](const NamedTensor& tensor) { return tensor.name.ends_with("/scale"); });
  return tensors;
}

NetworkWeights load(const Tensors& tensors) {
  const TempFolder folder;
  return load_weights(folder.write("w.safetensors", safetensors(tensors, torchvision_input())));
}

template <class Change>
std::string refusal(Change change) {
  Tensors tensors = with_scales();
  change(tensors);
  return error_of(ErrorCode::input, [&] { load(tensors); });
}

TEST_CASE("model: a kernel of I8 is its whole numbers times the scale of each filter, rounded once") {
  const NetworkWeights weights = load(with_scales());
  CHECK(same_numbers(weights, load(multiplied())));
  // HWIO [y=0][x=1][c=2][k=3]: element (3 + 2) * 8 + 3 = 43, 43 * 37 % 256 - 128 = -73, times 0.4.
  CHECK(weights.convolutions[0].w[43] == -73.0F * (0.1F * 4.0F));
}

TEST_CASE("model: scales belong to the filters in the layout of PyTorch, too") {
  Tensors tensors;
  for (const NamedTensor& tensor : with_scales()) {
    tensors.push_back(tensor);
    NamedTensor& to = tensors.back();
    to.name.replace(0, 12, to.name.starts_with("block1_conv1") ? "features.0" : "features.2");
    if (tensor.shape.size() != 4) continue;
    to.name = to.name.substr(0, 10) + ".weight";
    to.shape = {8, tensor.shape[2], 3, 3};
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      const std::size_t k = i % 8, c = i / 8 % tensor.shape[2], tap = i / 8 / tensor.shape[2];
      to.values[(k * tensor.shape[2] + c) * 9 + tap] = tensor.values[i];
    }
  }
  CHECK(same_numbers(load(tensors), load(multiplied())));
}

TEST_CASE("model: an import of I8 holds the products") {
  const TempFolder folder;
  const auto from = folder.write("w.safetensors", safetensors(with_scales(), torchvision_input()));
  const WeightsSummary summary = import_weights(from, folder / "wide.safetensors", {});
  CHECK(summary.layers.size() == 4);
  CHECK(same_numbers(load_weights(folder / "wide.safetensors"), load(multiplied())));
}

TEST_CASE("model: a summary shows I8 as it lies in the file, and no scale counts as a weight") {
  const TempFolder folder;
  const WeightsSummary summary =
      inspect_weights(folder.write("w.safetensors", safetensors(with_scales(), torchvision_input())));
  REQUIRE(summary.layers.size() == 6);
  CHECK(summary.layers[0].name == "block1_conv1/kernel");
  CHECK(summary.layers[0].type == "I8");
  CHECK(summary.layers[0].min >= -128);
  CHECK(summary.layers[0].max == 127);
  CHECK(summary.layers[1].name == "block1_conv1/scale");
  CHECK(summary.layers[1].layer == "block1_conv1");
  CHECK(summary.layers[2].is_bias);
  CHECK(summary.parameters == 9 * 3 * 8 + 8 + 9 * 8 * 8 + 8);
  CHECK(summary.problems.size() == 1);  // that the file ends early

  Tensors wrong = with_scales();
  wrong[4].values[2] = 0;
  const WeightsSummary told = inspect_weights(folder.write("z.safetensors", safetensors(wrong, torchvision_input())));
  CHECK(std::any_of(told.problems.begin(), told.problems.end(), [](const std::string& problem) {
    return contains(problem, "'block1_conv2/scale' holds 0 at element 2");
  }));
}

TEST_CASE("model: a scale that is missing, of another length, or not a positive number is refused") {
  CHECK(contains(refusal([](Tensors& t) { t.erase(t.begin() + 4); }),
                 "'block1_conv2/kernel' is of type I8 and has no scale; wanted 8 numbers, one for each filter, as "
                 "'scale' beside it"));
  CHECK(contains(refusal([](Tensors& t) { t[1].shape = {7}, t[1].values.pop_back(); }),
                 "'block1_conv1/scale' is 7; wanted 8 numbers, one for each filter of 'block1_conv1/kernel'"));
  CHECK(contains(refusal([](Tensors& t) { t[1].shape = {8, 1}; }), "'block1_conv1/scale' is 8 x 1; wanted 8 numbers"));
  CHECK(contains(refusal([](Tensors& t) { t[4].values[3] = 0; }),
                 "'block1_conv2/scale' holds 0 at element 3; wanted positive numbers"));
  CHECK(contains(refusal([](Tensors& t) { t[4].values[7] = -1; }), "holds -1 at element 7"));
  CHECK(contains(refusal([](Tensors& t) { t[1].values[0] = std::numeric_limits<float>::quiet_NaN(); }),
                 "'block1_conv1/scale' holds nan at element 0"));
  CHECK(contains(refusal([](Tensors& t) { t[1].values[0] = std::numeric_limits<float>::infinity(); }),
                 "'block1_conv1/scale' holds inf at element 0"));
  CHECK(contains(refusal([](Tensors& t) { t[1].values[0] = std::numeric_limits<float>::max(); }),
                 "block1_conv1 weights holds a value that is not a finite number"));
}

TEST_CASE("model: a bias or a scale in I8, which nothing scales, is refused, as is a scale of floats") {
  CHECK(contains(refusal([](Tensors& t) {
                   t[0].values = {1, 2, 3, 4, 5, 6, 7, 8};
                   t[0].dtype = "I8";
                 }),
                 "'block1_conv1/bias' is of type I8; wanted F32"));
  CHECK(contains(refusal([](Tensors& t) {
                   t[1].values = {1, 2, 3, 4, 5, 6, 7, 8};
                   t[1].dtype = "I8";
                 }),
                 "'block1_conv1/scale' is of type I8; wanted F32"));
  CHECK(contains(refusal([](Tensors& t) { t[2].dtype = "F32"; }),
                 "'block1_conv1/scale' is beside 'block1_conv1/kernel', which is of type F32; wanted I8"));
}

}  // namespace
}  // namespace impasto::testing
