// VGG19 with random values: the shape of the real one, maps that neither vanish nor explode.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "model/network_weights.h"
#include "model/vgg.h"

namespace impasto {
namespace {

TEST_CASE("model: random weights have VGG19's full width") {
  const NetworkWeights network = random_weights(1);
  validate(network, "random weights");
  CHECK(network.convolutions.size() == 16);
  Index numbers = 0;
  for (const ConvWeights& conv : network.convolutions) numbers += conv.w.shape().count() + conv.b.shape().count();
  CHECK(numbers == 20'024'384);  // as torchvision counts vgg19().features
  CHECK(Weights::random(1).layers().back() == "block5_conv4");
  CHECK_FALSE(Weights::random(1).is_formula());
  CHECK_FALSE(Weights::random(1).is_builtin());
}

TEST_CASE("model: random weights depend on the seed alone and have the variance that keeps maps of order 1") {
  const NetworkWeights a = random_weights(1), again = random_weights(1), b = random_weights(2);
  const std::span<const float> w = a.convolutions[3].w.values();
  CHECK(std::equal(w.begin(), w.end(), again.convolutions[3].w.data()));
  CHECK_FALSE(std::equal(w.begin(), w.end(), b.convolutions[3].w.data()));
  double square = 0;
  for (const float value : w) square += static_cast<double>(value) * static_cast<double>(value);
  const double wanted = 2.0 / (9 * 128);
  CHECK(square / static_cast<double>(w.size()) == doctest::Approx(wanted).epsilon(0.01));
}

}  // namespace
}  // namespace impasto
