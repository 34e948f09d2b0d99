// Gatys' normalisation: what becomes 1, what stays, and what is told.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "impasto/stylise.h"
#include "impasto/weights_tools.h"
#include "model/mean_activations.h"
#include "model/vgg.h"
#include "model/weights_metadata.h"
#include "support/error_of.h"
#include "support/golden.h"
#include "support/hash_network.h"
#include "support/known_weights.h"
#include "support/narrow_network.h"
#include "support/temp_folder.h"

namespace impasto {
namespace {

using testing::worst_difference;

// Waves in each channel, so that every filter has something to see.
Image waves(int width, int height, float shift) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const float phase = 0.4F * static_cast<float>(x) + 0.3F * static_cast<float>(y * (c + 1)) + shift;
        image.at(x, y, c) = 0.5F + 0.5F * std::sin(phase);
      }
    }
  }
  return image;
}

std::vector<std::vector<double>> means_of(const std::shared_ptr<const NetworkWeights>& weights,
                                          const Context& context) {
  MeanActivations found(weights);
  found.add(waves(24, 17, 0), context);
  found.add(waves(16, 32, 2), context);
  return found.means();
}

std::shared_ptr<NetworkWeights> copy_of(const NetworkWeights& weights) {
  auto copy = std::make_shared<NetworkWeights>();
  for (const ConvWeights& conv : weights.convolutions) copy->convolutions.push_back({conv.w.clone(), conv.b.clone()});
  copy->input = weights.input;
  copy->pooling = weights.pooling;
  copy->padding = weights.padding;
  return copy;
}

// The map of a layer of a picture, in double: what differs is the rounding of the weights.
std::vector<double> map_of(const std::shared_ptr<const NetworkWeights>& weights, std::size_t layer) {
  const Vgg<double> network(weights);
  const Tensor<double> picture = testing::random_tensor({20, 18, 3}, 5);
  Tape<double> tape(Context(1));
  const std::size_t wanted[] = {layer};
  const Id map = network.record(tape, tape.constant(picture.view()), wanted)[0];
  tape.keep(map);
  tape.forward();
  return {tape.value(map).begin(), tape.value(map).end()};
}

TEST_CASE("model: after normalising, every filter's mean activation over the pictures is 1") {
  for (const Pooling pooling : {Pooling::max, Pooling::average}) {
    const auto weights = testing::narrow_network();
    weights->pooling = pooling;
    const auto before = means_of(weights, Context(2));
    const std::vector<std::string> silent = divide_by_means(*weights, before);
    const auto after = means_of(weights, Context(2));
    std::size_t ones = 0, zeros = 0;
    for (std::size_t l = 0; l < after.size(); ++l) {
      for (std::size_t k = 0; k < after[l].size(); ++k) {
        if (before[l][k] == 0)
          ++zeros;
        else
          ones += std::abs(after[l][k] - 1) < 1e-4;
      }
    }
    CHECK(ones + zeros == 24);  // 4 + 5 + 6 + 5 + 4
    CHECK(ones >= 16);
    CHECK(silent.size() == zeros);
  }
}

TEST_CASE("model: normalised maps are the original ones over their scales") {
  const auto original = testing::narrow_network();
  const auto weights = copy_of(*original);
  const auto means = means_of(original, Context(1));
  divide_by_means(*weights, means);
  const char* layers[] = {"block1_conv1", "block1_conv2", "block2_conv1", "block2_conv2", "block3_conv1"};
  for (std::size_t l = 0; l < means.size(); ++l) {
    INFO(std::string(layers[l]));
    const std::vector<double> before = map_of(original, find_layer(layers[l]));
    std::vector<double> after = map_of(weights, find_layer(layers[l]));
    REQUIRE(before.size() == after.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
      const double mean = means[l][i % means[l].size()];
      after[i] *= mean > 0 ? mean : 1;
    }
    CHECK(worst_difference<double>(after, before) < 1e-6);
  }
}

TEST_CASE("model: a filter that never fires is left alone and named") {
  const auto weights = testing::narrow_network();
  weights->convolutions[1].b[3] = -1000;
  const Tensor<float> before = weights->convolutions[1].w.clone();
  const auto means = means_of(weights, Context(1));
  CHECK(means[1][3] == 0);
  const std::vector<std::string> silent = divide_by_means(*weights, means);
  CHECK(std::count(silent.begin(), silent.end(), "block1_conv2 filter 3") == 1);
  CHECK(weights->convolutions[1].b[3] == -1000);
  const float wanted = static_cast<float>(static_cast<double>(before[3]) * means[0][0]);  // tap 0, channel 0
  CHECK(weights->convolutions[1].w[3] == wanted);
}

TEST_CASE("model: means do not depend on the number of threads, and count positions, not pictures") {
  const auto weights = testing::narrow_network();
  CHECK(means_of(weights, Context(1)) == means_of(weights, Context(2)));
  MeanActivations twice(weights), once(weights);
  once.add(waves(24, 16, 0), Context(1));
  for (int i = 0; i < 2; ++i) twice.add(waves(24, 16, 0), Context(1));
  CHECK(twice.means() == once.means());
}

// The golden network, imported.
std::filesystem::path imported(const testing::TempFolder& folder, bool fold) {
  const std::filesystem::path golden(IMPASTO_GOLDEN_DIR);
  import_weights(golden / "golden_vgg19_torchvision.safetensors", folder / "in.safetensors",
                 {.source = WeightsSource::keras, .fold = fold});
  return folder / "in.safetensors";
}

TEST_CASE("model: a normalised file has means of 1 on its pictures, carried or folded, and says so") {
  const testing::TempFolder folder;
  const std::filesystem::path golden = std::filesystem::path(IMPASTO_GOLDEN_DIR) / "golden_weights_picture.png";
  save_image(waves(48, 40, 1), folder / "waves.png");
  for (const bool fold : {false, true}) {
    INFO("folded: ", fold);
    const std::filesystem::path from = imported(folder, fold), to = folder / "out.safetensors";
    const NormalisedWeights result = normalise_weights(from, {golden, folder / "waves.png"}, to, Context(2));
    const auto weights = Weights::load(to).network();
    MeanActivations found(weights);
    for (const auto& picture : {golden, folder / "waves.png"}) found.add(load_image(picture), Context(2));
    std::size_t silent = 0;
    for (const auto& layer : found.means()) {
      for (const double mean : layer) {
        if (mean < 1e-3)
          ++silent;
        else
          CHECK(mean == doctest::Approx(1).epsilon(1e-4));
      }
    }
    CHECK(result.silent.size() == silent);
    CHECK(silent < 20);  // of 70
    CHECK(result.written.folded == fold);
    CHECK(result.written.source == WeightsSource::keras);
    CHECK(result.written.channel_order == (fold ? "RGB" : "BGR"));
    CHECK(result.written.metadata.at("normalised") == "mean activations are 1 over 2 pictures");
    WeightsMetadata words = result.written.metadata;
    CHECK(words["sha256"] == inspect_weights(from).metadata["sha256"]);
  }
}

TEST_CASE("model: words of Keras about its own file do not go into a normalised one") {
  const testing::TempFolder folder;
  auto tensors = testing::first_convolutions();
  testing::put_caffe_filter(tensors);
  const auto from = folder.write("in.safetensors", testing::safetensors(tensors, {{"@backend", "jax"}, {"mine", "x"}}));
  save_image(waves(16, 16, 0), folder / "waves.png");
  const auto written =
      normalise_weights(from, {folder / "waves.png"}, folder / "out.safetensors", Context(1)).written.metadata;
  CHECK(written.at("mine") == "x");
  CHECK(written.count("@backend") == 0);
}

TEST_CASE("model: pictures for means are shrunk to the size that was asked for") {
  const testing::TempFolder folder;
  const std::filesystem::path from = imported(folder, false);
  const Image large = waves(96, 64, 0);
  save_image(large, folder / "large.png");
  save_image(resize(load_image(folder / "large.png"), 48, 32), folder / "small16.png", EncodeOptions{.bits = 16});
  normalise_weights(from, {folder / "large.png"}, folder / "a.safetensors", Context(1), 48);
  normalise_weights(from, {folder / "small16.png"}, folder / "b.safetensors", Context(1));
  const auto a = Weights::load(folder / "a.safetensors").network(),
             b = Weights::load(folder / "b.safetensors").network();
  for (Index k = 0; k < 4; ++k)
    CHECK(a->convolutions[0].w[k] == doctest::Approx(b->convolutions[0].w[k]).epsilon(1e-3));
}

TEST_CASE("model: normalising without pictures, of a picture too small, or onto its own file is refused") {
  const testing::TempFolder folder;
  const std::filesystem::path from = imported(folder, false), to = folder / "out.safetensors";
  save_image(waves(8, 8, 0), folder / "small.png");
  save_image(waves(32, 32, 0), folder / "waves.png");
  const auto message = [&](ErrorCode code, const std::vector<std::filesystem::path>& pictures, const auto& out) {
    return testing::error_of(code, [&] { normalise_weights(from, pictures, out); });
  };
  CHECK(testing::contains(message(ErrorCode::usage, {}, to), "no picture"));
  CHECK(testing::contains(message(ErrorCode::input, {folder / "small.png"}, to), "too small"));
  CHECK(testing::contains(message(ErrorCode::usage, {folder / "waves.png"}, from), "would replace"));
  CHECK(testing::contains(message(ErrorCode::input, {folder / "missing.png"}, to), "missing.png"));
  CHECK(!std::filesystem::exists(to));
}

}  // namespace
}  // namespace impasto
