// Names of arrays: whose they are, which layer they mean, and which network they tell of.
#include "model/convolution_names.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "support/array_names.h"
#include "support/error_of.h"

namespace impasto::testing {
namespace {

using Arrays = std::map<std::string, std::vector<std::int64_t>>;

void expect(const char* name, Naming naming, int number, ArrayRole role) {
  INFO(name);
  const auto parsed = parse_convolution_name(name, {});
  REQUIRE(parsed.has_value());
  CHECK(parsed->naming == naming);
  CHECK(parsed->number == number);
  CHECK(parsed->role == role);
}

// Kernels and biases of torchvision's `features` at these positions.
Arrays features(const std::vector<int>& positions, const std::string& prefix = "") {
  Arrays arrays;
  for (const int position : positions) {
    const std::string name = prefix + "features." + std::to_string(position);
    arrays[name + ".weight"] = {8, 8, 3, 3};
    arrays[name + ".bias"] = {8};
  }
  return arrays;
}

Arrays keras(const std::vector<int>& blocks) {
  Arrays arrays;
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    for (int index = 1; index <= blocks[block]; ++index) {
      const std::string layer = text("block", block + 1, "_conv", index);
      arrays[layer + "/" + layer + "/kernel:0"] = {3, 3, 8, 8};
      arrays[layer + "/" + layer + "/bias:0"] = {8};
    }
  }
  return arrays;
}

const std::vector<int> kFeatures19 = {0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34};
const std::vector<int> kFeatures16 = {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28};
const std::vector<int> kVgg19Normalised = {0, 3, 7, 10, 14, 17, 20, 23, 27, 30, 33, 36, 40, 43, 46, 49};

std::string refusal(const Arrays& arrays) {
  return error_of(ErrorCode::input, [&] { find_convolutions(ArrayNames(arrays)); });
}

TEST_CASE("model: a convolution is known by torchvision's, Keras' and Caffe's names, whatever stands around them") {
  expect("features.0.weight", Naming::torchvision, 0, ArrayRole::weights);
  expect("module.features.34.bias", Naming::torchvision, 34, ArrayRole::bias);
  expect("model.vgg.features.21.weight", Naming::torchvision, 21, ArrayRole::weights);
  expect("features_2_weight", Naming::torchvision, 2, ArrayRole::weights);
  expect("features/2/weight", Naming::torchvision, 2, ArrayRole::weights);
  expect("block1_conv1/block1_conv1_W_1:0", Naming::keras, 11, ArrayRole::weights);
  expect("block1_conv1/block1_conv1_b_1:0", Naming::keras, 11, ArrayRole::bias);
  expect("block3_conv4/block3_conv4/kernel:0", Naming::keras, 34, ArrayRole::weights);
  expect("model_weights/block3_conv4/vgg19/block3_conv4/bias:0", Naming::keras, 34, ArrayRole::bias);
  expect("block5_conv4/kernel", Naming::keras, 54, ArrayRole::weights);
  expect("block5_conv4.bias", Naming::keras, 54, ArrayRole::bias);
  expect("block5_conv4_W", Naming::keras, 54, ArrayRole::weights);
  expect("conv1_1.weight", Naming::caffe, 11, ArrayRole::weights);
  expect("conv3_4_W", Naming::caffe, 34, ArrayRole::weights);
  expect("conv3_4_b", Naming::caffe, 34, ArrayRole::bias);
  expect("vgg19/conv3_4/weights:0", Naming::caffe, 34, ArrayRole::weights);
  expect("block5_conv4/scale", Naming::keras, 54, ArrayRole::scale);
  expect("features.34.scale", Naming::torchvision, 34, ArrayRole::scale);
}

TEST_CASE("model: names that are no weight, bias or scale of a VGG's convolution are passed over") {
  for (const char* name :
       {"", "features", "features.", "features.x.weight", "features.0.running_mean", "myfeatures.0.weight",
        "features.12345.weight", "classifier.0.weight", "block1_conv1/kernel/momentum", "block1_pool/kernel",
        "block0_conv1/kernel", "conv1.weight", "layer1.0.conv1.weight", "conv2_block1_1_conv/kernel:0",
        "optimizer_weights/Adam/m/block1_conv1/kernel:0", "layers/conv2d/vars/2", "block11_conv1/kernel",
        "features.0.input_scale", "block1_conv1/kernel/scale"}) {
    INFO(name);
    CHECK_FALSE(parse_convolution_name(name, {}).has_value());
  }
}

TEST_CASE("model: Keras 3 tells a layer by an attribute, and without it by its place among all") {
  const std::string weights = "layers/conv2d_7/vars/0";
  const auto named = parse_convolution_name(weights, {{"layers/conv2d_7/vars@name", "block3_conv4"}});
  REQUIRE(named.has_value());
  CHECK(named->number == 34);
  CHECK(named->role == ArrayRole::weights);
  const auto counted = parse_convolution_name("layers/conv2d/vars/1", {});
  REQUIRE(counted.has_value());
  CHECK(counted->role == ArrayRole::bias);

  Arrays arrays;
  for (int i = 0; i < 16; ++i) {
    const std::string name = i == 0 ? "layers/conv2d" : text("layers/conv2d_", i);
    arrays[name + "/vars/0"] = {3, 3, 8, 8};
    arrays[name + "/vars/1"] = {8};
  }
  const ConvolutionPlaces places = find_convolutions(ArrayNames(arrays));
  REQUIRE(places.convolutions.size() == 16);
  CHECK(places.convolutions[10].weights == "layers/conv2d_10/vars/0");
  for (int i = 13; i < 16; ++i) {
    arrays.erase(text("layers/conv2d_", i, "/vars/0"));
    arrays.erase(text("layers/conv2d_", i, "/vars/1"));
  }
  CHECK(find_convolutions(ArrayNames(arrays)).architecture == kVgg16);
  for (const char* last : {"layers/conv2d_12", "layers/conv2d_11", "layers/conv2d_10"}) {
    arrays.erase(text(last, "/vars/0"));
    arrays.erase(text(last, "/vars/1"));
  }
  CHECK(contains(refusal(arrays), "holds VGG13"));
  for (const char* last : {"layers/conv2d_9", "layers/conv2d_8"}) {
    arrays.erase(text(last, "/vars/0"));
    arrays.erase(text(last, "/vars/1"));
  }
  CHECK(contains(refusal(arrays), "holds VGG11"));
}

TEST_CASE("model: VGG19's convolutions are found in order, whole or cut") {
  CHECK(find_convolutions(ArrayNames(features(kFeatures19))).convolutions.size() == 16);
  const ConvolutionPlaces cut = find_convolutions(ArrayNames(features({0, 2, 5}, "module.")));
  REQUIRE(cut.convolutions.size() == 3);
  CHECK(cut.naming == Naming::torchvision);
  CHECK(cut.convolutions[2].weights == "module.features.5.weight");
  CHECK(cut.convolutions[2].bias == "module.features.5.bias");
  CHECK(find_convolutions(ArrayNames(keras({2, 2, 4, 4, 4}))).convolutions.size() == 16);
}

TEST_CASE("model: VGG16's convolutions are found by all names, whole or cut behind where VGG19 is the same") {
  for (const Arrays& arrays : {features(kFeatures16), features(kFeatures16, "module."), keras({2, 2, 3, 3, 3})}) {
    const ConvolutionPlaces places = find_convolutions(ArrayNames(arrays));
    CHECK(places.architecture == kVgg16);
    CHECK(places.convolutions.size() == 13);
    CHECK(network_by_names(ArrayNames(arrays)).name == "VGG16");
  }
  CHECK(find_convolutions(ArrayNames(features(kFeatures16))).convolutions[7].weights == "features.17.weight");
  CHECK(find_convolutions(ArrayNames(features({0, 2, 5, 7, 10, 12, 14, 17}))).architecture == kVgg16);
  CHECK(find_convolutions(ArrayNames(features({0, 2, 5, 7, 10, 12, 14, 16}))).architecture == kVgg19);
  CHECK(find_convolutions(ArrayNames(keras({2, 2, 3, 1}))).architecture == kVgg16);
  CHECK(layer_of({Naming::torchvision, 17, ArrayRole::weights}, kVgg16) == "block4_conv1");
  CHECK(layer_of({Naming::torchvision, 17, ArrayRole::weights}, kVgg19).empty());
}

TEST_CASE("model: a file that ends where both networks are the same is of either, unless its metadata say which") {
  for (const auto& positions : {kFeatures16, kFeatures19}) {
    const std::vector<int> shared(positions.begin(), positions.begin() + 7);
    CHECK(network_by_names(ArrayNames(features(shared))).name == "VGG19 or VGG16");
    CHECK(network_by_names(ArrayNames(features(shared), {{"network", "VGG16"}})).name == "VGG16");
    CHECK(network_by_names(ArrayNames(features(shared), {{"network", "VGG19"}})).name == "VGG19");
    CHECK(network_by_names(ArrayNames(features(shared), {{"network", "mine"}})).name == "VGG19 or VGG16");
  }
  CHECK(network_by_names(ArrayNames(features(kFeatures19), {{"network", "VGG16"}})).name == "VGG19");
  CHECK(find_convolutions(ArrayNames(features({0, 2}))).architecture == kVgg19);
}

TEST_CASE("model: another network is refused by its name") {
  CHECK(contains(refusal(features({0, 2, 5, 7, 10, 12, 15, 17, 20, 22})), "holds VGG13, wanted VGG19 or VGG16"));
  CHECK(contains(refusal(features({0, 3, 6, 8, 11, 13, 16, 18})), "holds VGG11, wanted VGG19"));
  Arrays normalised = features(kVgg19Normalised);
  normalised["features.1.weight"] = {8};
  normalised["features.1.bias"] = {8};
  normalised["features.1.running_mean"] = {8};
  CHECK(contains(refusal(normalised), "holds VGG19 with batch normalisation, wanted VGG19"));
  CHECK(
      contains(refusal({{"conv1.weight", {64, 3, 7, 7}}, {"layer1.0.conv1.weight", {64, 64, 3, 3}}}), "holds ResNet"));
  CHECK(contains(refusal(features({0, 4, 9})), "'features.4.weight' at a position where VGG19 has none"));
}

TEST_CASE("model: a classifier alone, a gap and a layer that stands twice have a sentence each") {
  CHECK(contains(refusal({{"classifier.0.weight", {4096, 25088}}, {"classifier.0.bias", {4096}}}), "classifier alone"));
  CHECK(contains(refusal({{"fc1/kernel:0", {25088, 4096}}}), "classifier alone"));
  CHECK(contains(refusal({}), "holds no first convolution"));
  CHECK(contains(refusal({{"something", {1}}}), "'something'"));
  Arrays gap = keras({2, 2, 4, 4, 4});
  gap.erase("block2_conv1/block2_conv1/kernel:0");
  CHECK(contains(refusal(gap), "lacks 'block2_conv1/kernel' but holds 'block2_conv2/block2_conv2/kernel:0'"));
  gap = features(kFeatures16);
  gap.erase("features.19.weight");
  CHECK(contains(refusal(gap), "lacks 'features.19.weight' but holds 'features.21.weight'"));
  Arrays twice = features(kFeatures19);
  twice["copy.features.7.weight"] = {8, 8, 3, 3};
  CHECK(contains(refusal(twice), "twice"));
}

}  // namespace
}  // namespace impasto::testing
