// What a file holds: layers, numbers, source, and every problem in a sentence of its own.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "impasto/weights_tools.h"
#include "support/error_of.h"
#include "support/known_weights.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

using Tensors = std::vector<NamedTensor>;

WeightsSummary inspect(const Tensors& tensors,
                       const std::map<std::string, std::string>& metadata = torchvision_input()) {
  const TempFolder folder;
  return inspect_weights(folder.write("w.safetensors", safetensors(tensors, metadata)));
}

bool complains(const WeightsSummary& summary, const std::string& part) {
  return std::any_of(summary.problems.begin(), summary.problems.end(),
                     [&](const std::string& problem) { return contains(problem, part); });
}

TEST_CASE("model: a summary lists arrays in the network's order with their moments, and counts what is there") {
  Tensors tensors = first_convolutions();
  tensors[1].values = {1, 2, 3, 4, 5, 6, 7, -4};
  tensors.push_back({"classifier.0.weight", {2, 2}, {1, 2, 3, 4}});
  const WeightsSummary summary = inspect(tensors);
  CHECK(summary.format == "safetensors");
  CHECK(summary.network == "VGG19 or VGG16");
  CHECK(summary.names == "torchvision");
  CHECK(summary.layout == "OIHW");
  CHECK(summary.source == WeightsSource::torchvision);
  CHECK(summary.channel_order == "RGB");
  CHECK(summary.range == 1);
  CHECK(summary.pooling == "max");
  CHECK(summary.padding == "zero");
  CHECK(summary.convolutions == 2);
  CHECK(summary.parameters == 8 * 27 + 8 + 8 * 72 + 8);
  REQUIRE(summary.layers.size() == 5);
  const WeightsLayer& bias = summary.layers[1];
  CHECK(bias.name == "features.0.bias");
  CHECK(bias.layer == "block1_conv1");
  CHECK(bias.is_bias);
  CHECK(bias.mean == doctest::Approx(3));
  CHECK(bias.deviation == doctest::Approx(std::sqrt((1 + 4 + 9 + 16 + 25 + 36 + 49 + 16) / 8.0 - 9)));
  CHECK(bias.min == -4);
  CHECK(bias.max == 7);
  CHECK(bias.bytes == 32);
  CHECK(bias.offset > 8);
  CHECK(summary.layers[2].name == "features.2.weight");
  CHECK(summary.layers[4].name == "classifier.0.weight");
  CHECK(summary.layers[4].layer.empty());
  CHECK(complains(summary, "only the first 2 of 16 convolutions"));
  CHECK(summary.problems.size() == 1);
}

TEST_CASE("model: a summary tells of NaN, infinities and filters of zeros, by name and number") {
  Tensors tensors = first_convolutions();
  tensors[2].values[5] = std::numeric_limits<float>::quiet_NaN();
  tensors[2].values[6] = std::numeric_limits<float>::quiet_NaN();
  tensors[3].values[0] = -std::numeric_limits<float>::infinity();
  std::fill_n(tensors[0].values.begin() + 27, 54, 0.0F);
  const WeightsSummary summary = inspect(tensors);
  CHECK(complains(summary, "'features.2.weight' holds 2 values that are NaN"));
  CHECK(complains(summary, "'features.2.bias' holds 1 values that are infinite"));
  CHECK(complains(summary, "'features.0.weight' has 2 of 8 filters whose weights are all 0"));
  CHECK(summary.problems.size() == 4);
}

TEST_CASE("model: a summary of another network, or of numbers nobody knows, says so instead of throwing") {
  const WeightsSummary unknown = inspect(first_convolutions(), {});
  CHECK(unknown.source == WeightsSource::automatic);
  CHECK(complains(unknown, "does not tell what its network was trained on"));
  const WeightsSummary other = inspect({{"layer1.0.conv1.weight", {1, 1, 1, 1}, {1}}}, {});
  CHECK(other.network == "ResNet");
  CHECK(other.convolutions == 0);
  CHECK(complains(other, "holds ResNet"));
  const TempFolder folder;
  CHECK_FALSE(
      error_of(ErrorCode::input, [&] { inspect_weights(folder.write("x", std::string("words of no kind"))); }).empty());
}

TEST_CASE("model: a summary lists arrays whose numbers cannot be read, and says so once") {
  std::string bytes = safetensors(first_convolutions(), torchvision_input());
  bytes.replace(bytes.find("F32"), 3, "I32");
  const TempFolder folder;
  const WeightsSummary summary = inspect_weights(folder.write("w.safetensors", bytes));
  CHECK(summary.network == "VGG19 or VGG16");
  REQUIRE(summary.layers.size() == 4);
  CHECK(summary.layers[0].type == "I32");
  CHECK(summary.layers[1].max > 0);
  CHECK(std::count_if(summary.problems.begin(), summary.problems.end(), [](const std::string& problem) {
          return contains(problem, "'features.0.weight' is of type I32");
        }) == 1);
}

TEST_CASE("model: the mosaic shows each filter of conv1_1 in the picture's colours") {
  const TempFolder folder;
  Tensors tensors = first_convolutions();
  std::fill(tensors[0].values.begin(), tensors[0].values.end(), 0.0F);
  tensors[0].values[1 * 27 + 0 * 9 + 5] = 2;   // filter 1, first channel, row 1, column 2
  tensors[0].values[1 * 27 + 2 * 9 + 5] = -1;  // its last channel
  const auto rgb = folder.write("rgb.safetensors", safetensors(tensors, torchvision_input()));
  const auto bgr = folder.write("bgr.safetensors", safetensors(tensors, {{"source", "caffe"}}));
  const Image image = weights_mosaic(rgb);
  CHECK(image.width() == 220);
  CHECK(image.height() == 24);
  CHECK(image.at(0, 0, 0) == 0.5F);   // filter 0 is all 0
  CHECK(image.at(25, 0, 0) == 1.0F);  // the gap
  const int x = 28 + 2 * 8, y = 8;
  CHECK(image.at(x, y, 0) == 1.0F);
  CHECK(image.at(x + 7, y + 7, 1) == 0.5F);
  CHECK(image.at(x, y, 2) == 0.25F);
  CHECK(image.at(x - 1, y, 0) == 0.5F);
  const Image turned = weights_mosaic(bgr);
  CHECK(turned.at(x, y, 2) == 1.0F);
  CHECK(turned.at(x, y, 0) == 0.25F);
}

}  // namespace
}  // namespace impasto::testing
