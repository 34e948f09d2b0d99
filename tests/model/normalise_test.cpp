// Gatys' normalisation: what becomes 1, what stays, and what is told.
#include "model/normalise.h"

#include "model/vgg19.h"
#include "support/golden.h"
#include "support/hash_network.h"
#include "support/narrow_network.h"

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
  const Vgg19<double> network(weights);
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

}  // namespace
}  // namespace impasto
