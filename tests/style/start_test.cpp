// Colour matching and noise.
#include <algorithm>
#include <cmath>

#include "style/colour.h"
#include "style/noise.h"
#include "support/fingerprint.h"
#include "support/gradcheck.h"

namespace impasto::testing {
namespace {

TEST_CASE("style: a picture matched to its own colours stays as it is, however dull") {
  for (const double strength : {1.0, 0.1, 0.03}) {
    Tensor<float> picture = random_tensor({20, 30, 3}, 4).as<float>();
    for (Index i = 0; i < picture.shape().count(); ++i) picture[i] = static_cast<float>(strength) * picture[i] + 0.3F;
    const Tensor<float> matched = match_colour(picture, {{picture.view()}});
    for (Index i = 0; i < picture.shape().count(); ++i) CHECK(std::abs(matched[i] - picture[i]) < 1e-5F);
  }
}

TEST_CASE("style: a flat picture takes the other's mean and stays flat") {
  const Tensor<float> flat({6, 5, 3}, 0.4F);
  const Tensor<float> other = random_tensor({20, 30, 3}, 4, 0, 2).as<float>();
  const Tensor<float> matched = match_colour(flat, {{other.view()}});
  for (Index i = 3; i < matched.shape().count(); ++i) CHECK(matched[i] == doctest::Approx(matched[i - 3]));
  CHECK(matched[0] == doctest::Approx(1).epsilon(0.1));
}

TEST_CASE("style: octave noise has four octaves of the given deviation, coarse ones included") {
  const Tensor<float> noise = make_noise({128, 128, 3}, NoiseKind::octaves, 0.15, 3);
  double mean = 0, variance = 0, neighbours = 0;
  for (Index i = 0; i < noise.shape().count(); ++i)
    mean += static_cast<double>(noise[i]) / static_cast<double>(noise.shape().count());
  for (Index i = 0; i + 3 < noise.shape().count(); ++i) {
    variance += std::pow(static_cast<double>(noise[i]) - mean, 2);
    neighbours += (static_cast<double>(noise[i]) - mean) * (static_cast<double>(noise[i + 3]) - mean);
  }
  CHECK(std::abs(mean) < 0.03);
  CHECK(std::sqrt(variance / static_cast<double>(noise.shape().count())) == doctest::Approx(0.26).epsilon(0.15));
  CHECK(neighbours / variance > 0.3);  // white noise has 0
}

TEST_CASE("style: uniform noise fills its range, and amplitude 0 is nothing at all") {
  const Tensor<float> noise = make_noise({64, 64, 3}, NoiseKind::uniform, 0.2, 3);
  const auto [low, high] = std::minmax_element(noise.values().begin(), noise.values().end());
  CHECK(*low < -0.19F);
  CHECK(*low >= -0.2F);
  CHECK(*high > 0.19F);
  CHECK(*high <= 0.2F);
  for (const NoiseKind kind : {NoiseKind::uniform, NoiseKind::octaves}) {
    const Tensor<float> none = make_noise({5, 4, 3}, kind, 0, 3);
    for (const float value : none.values()) CHECK(value == 0);
  }
}

TEST_CASE("style: noise of a seed is the same bits on every machine") {
  CHECK(fingerprint(make_noise({33, 21, 3}, NoiseKind::octaves, 0.15, 42).values()) == 11046005486008097848U);
  CHECK(fingerprint(make_noise({33, 21, 3}, NoiseKind::uniform, 0.2, 42).values()) == 1586809669328572508U);
}

}  // namespace
}  // namespace impasto::testing
