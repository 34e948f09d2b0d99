// Colour matching, noise, and what each scale starts from.
#include "style/start.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "style/colour.h"
#include "style/noise.h"
#include "support/fingerprint.h"
#include "support/gradcheck.h"
#include "support/same_numbers.h"
#include "support/scene_of.h"

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

TEST_CASE("style: the mean of colours loses nothing to the number of pixels") {
  const Tensor<float> other({200, 100, 3}, 100.1F);  // whose sum in float is off by a fiftieth of a per cent
  const Tensor<float> matched = match_colour(Tensor<float>({6, 5, 3}, 0.4F), {{other.view()}});
  for (const float value : matched.values()) CHECK(value == doctest::Approx(100.1).epsilon(1e-6));
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

// Bicubic enlargement by its formula: 16 taps a value, all in double.
double enlarged(const std::vector<double>& grid, Index h, Index w, Index H, Index W, Index y, Index x, Index c) {
  const auto weight = [](double d) {
    d = std::abs(d);
    return d < 1 ? (1.25 * d - 2.25) * d * d + 1 : d < 2 ? -0.75 * (((d - 5) * d + 8) * d - 4) : 0.0;
  };
  const double at_y = (static_cast<double>(y) + 0.5) * static_cast<double>(h) / static_cast<double>(H) - 0.5;
  const double at_x = (static_cast<double>(x) + 0.5) * static_cast<double>(w) / static_cast<double>(W) - 0.5;
  double sum = 0;
  for (Index i = static_cast<Index>(std::floor(at_y)) - 1; i < static_cast<Index>(std::floor(at_y)) + 3; ++i) {
    for (Index j = static_cast<Index>(std::floor(at_x)) - 1; j < static_cast<Index>(std::floor(at_x)) + 3; ++j) {
      const Index source = std::clamp(i, Index{0}, h - 1) * w + std::clamp(j, Index{0}, w - 1);
      sum += weight(at_y - static_cast<double>(i)) * weight(at_x - static_cast<double>(j)) *
             grid[static_cast<std::size_t>(3 * source + c)];
    }
  }
  return sum;
}

TEST_CASE("style: octave noise is the sum of four grids of normal noise, enlarged by the bicubic formula") {
  constexpr Index H = 19, W = 26;
  const Tensor<float> noise = make_noise({H, W, 3}, NoiseKind::octaves, 0.15, 3);
  std::vector<double> sum(H * W * 3, 0.0);
  Random random(3);
  for (int octave = 0; octave < 4; ++octave) {
    const Index h = (H >> octave) + 1, w = (W >> octave) + 1;
    std::vector<double> grid(static_cast<std::size_t>(h * w * 3));
    for (double& value : grid) value = 0.15 * random.normal();
    for (Index i = 0; i < H * W * 3; ++i)
      sum[static_cast<std::size_t>(i)] += enlarged(grid, h, w, H, W, i / (3 * W), i / 3 % W, i % 3);
  }
  for (Index i = 0; i < H * W * 3; ++i)
    CHECK(std::abs(static_cast<double>(noise[i]) - sum[static_cast<std::size_t>(i)]) < 1e-6);
}

TEST_CASE("style: white noise is normal, each value alone") {
  const Tensor<float> noise = make_noise({64, 64, 3}, NoiseKind::white, 0.2, 3);
  const double count = static_cast<double>(noise.shape().count());
  double mean = 0, variance = 0, neighbours = 0, inside = 0;
  for (const float value : noise.values()) mean += static_cast<double>(value) / count;
  for (Index i = 0; i < noise.shape().count(); ++i) {
    variance += std::pow(static_cast<double>(noise[i]) - mean, 2) / count;
    if (i >= 3) neighbours += static_cast<double>(noise[i]) * static_cast<double>(noise[i - 3]) / count;
    inside += std::abs(noise[i]) < 0.2F ? 1 / count : 0;
  }
  CHECK(std::abs(mean) < 0.006);
  CHECK(std::sqrt(variance) == doctest::Approx(0.2).epsilon(0.03));
  CHECK(std::abs(neighbours / variance) < 0.03);
  CHECK(inside == doctest::Approx(0.683).epsilon(0.03));
}

TEST_CASE("style: noise is the same bits for any number of threads") {
  for (const NoiseKind kind : {NoiseKind::uniform, NoiseKind::white, NoiseKind::octaves}) {
    const std::uint64_t one = fingerprint(make_noise({33, 21, 3}, kind, 0.15, 42).values());
    for (const int threads : {2, 3})
      CHECK(fingerprint(make_noise({33, 21, 3}, kind, 0.15, 42, Context(threads)).values()) == one);
  }
}

TEST_CASE("style: colour amounts lie between nothing and all, and colours of the style are left alone") {
  const Tensor<float> content = random_tensor({9, 8, 3}, 4).as<float>(),
                      style = random_tensor({7, 9, 3}, 5, 0, 2).as<float>();
  for (const ColourMode mode :
       {ColourMode::style, ColourMode::content_luminance, ColourMode::match, ColourMode::histogram}) {
    const auto prepared = [&](double amount) {
      Options options;
      options.colour = mode;
      options.colour_amount = amount;
      Scene<float> scene = scene_of(content, style);
      prepare_colours(options, scene, Context(2));
      Tensor<float> painting = scene.styles[0].picture.clone();
      Tensor<float> finished = random_tensor({9, 8, 3}, 6).as<float>();
      finish_colours(options, finished.values(), content, Context(2));
      std::vector<float> all(scene.content.values().begin(), scene.content.values().end());
      all.insert(all.end(), painting.values().begin(), painting.values().end());
      all.insert(all.end(), finished.values().begin(), finished.values().end());
      return all;
    };
    const std::vector<float> none = prepared(0), half = prepared(0.5), whole = prepared(1);
    CHECK(std::equal(content.values().begin(), content.values().end(), none.begin()));
    CHECK((mode == ColourMode::style) == (none == whole));
    for (std::size_t i = 0; i < none.size(); ++i)
      CHECK(half[i] == doctest::Approx((none[i] + whole[i]) / 2).epsilon(1e-4));
  }
}

TEST_CASE("style: painting the original's own luminance gives the original back") {
  Options options;
  options.colour = ColourMode::content_luminance;
  const Tensor<float> original = random_tensor({9, 8, 3}, 4).as<float>();
  Scene<float> scene = scene_of(original, original);
  prepare_colours(options, scene, Context(1));
  for (Index i = 0; i < original.shape().count(); ++i)
    CHECK(scene.styles[0].picture[i] == doctest::Approx(scene.content[i]).epsilon(1e-4));
  finish_colours(options, scene.content.values(), original, Context(1));
  for (Index i = 0; i < original.shape().count(); ++i) CHECK(std::abs(scene.content[i] - original[i]) < 1e-5F);
}

TEST_CASE("style: histogram matching gives the other's distribution along each axis, and flat pictures stay finite") {
  Tensor<float> picture = random_tensor({40, 30, 3}, 4).as<float>(), like({50, 50, 3});
  Random random(8);
  for (Index i = 0; i < like.shape().count(); ++i)  // mostly small, a few large: a cube of a uniform value
    like[i] = static_cast<float>(std::pow(random.uniform(), 3) * (1 + static_cast<double>(i % 3)));
  const Tensor<float> matched = match_histogram(picture, {{like.view()}});
  for (Index c = 0; c < 3; ++c) {
    const auto quantile = [&](const Tensor<float>& of, double share) {
      std::vector<float> values;
      for (Index i = c; i < of.shape().count(); i += 3) values.push_back(of[i]);
      std::sort(values.begin(), values.end());
      return static_cast<double>(values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))]);
    };
    for (const double share : {0.1, 0.5, 0.9}) {
      INFO("channel ", c, ", share ", share);
      CHECK(std::abs(quantile(matched, share) - quantile(like, share)) < 0.06 * static_cast<double>(1 + c));
    }
  }
  const Tensor<float> flat({6, 5, 3}, 0.4F);
  using Pair = std::pair<const Tensor<float>*, const Tensor<float>*>;
  for (const auto& [from, to] : {Pair{&flat, &like}, {&picture, &flat}, {&flat, &flat}}) {
    const Tensor<float> result = match_histogram(*from, {{to->view()}});
    for (const float value : result.values()) CHECK(std::isfinite(value));
  }
}

TEST_CASE("style: matched colours are the same bits for any number of threads") {
  const Tensor<float> picture = random_tensor({29, 31, 3}, 4).as<float>(),
                      like = random_tensor({17, 41, 3}, 5).as<float>();
  for (const auto match : {match_colour, match_histogram}) {
    const std::uint64_t one = fingerprint(match(picture, {{like.view()}}, Context(1)).values());
    for (const int threads : {2, 5})
      CHECK(fingerprint(match(picture, {{like.view()}}, Context(threads)).values()) == one);
  }
}

TEST_CASE("style: uniform noise fills its range, and amplitude 0 is nothing at all") {
  const Tensor<float> noise = make_noise({64, 64, 3}, NoiseKind::uniform, 0.2, 3);
  const auto [low, high] = std::minmax_element(noise.values().begin(), noise.values().end());
  CHECK(*low < -0.19F);
  CHECK(*low >= -0.2F);
  CHECK(*high > 0.19F);
  CHECK(*high <= 0.2F);
  for (const NoiseKind kind : {NoiseKind::uniform, NoiseKind::white, NoiseKind::octaves}) {
    const Tensor<float> none = make_noise({5, 4, 3}, kind, 0, 3);
    for (const float value : none.values()) CHECK(value == 0);
  }
}

TEST_CASE("style: a coarse scale that changed nothing leaves the finer one its own start") {
  const Tensor<float> start = random_tensor({23, 30, 3}, 4).as<float>();
  CHECK(same_numbers(start_at(start, 23, 30), start));
  CHECK(same_numbers(start_after(start_at(start, 12, 15), start, 23, 30), start));
  CHECK(same_numbers(start_after(start_at(start, 6, 8), start, 12, 15), start_at(start, 12, 15)));
}

TEST_CASE("style: what a coarse scale changed is enlarged and added to the finer one's start") {
  const Tensor<float> start = random_tensor({23, 30, 3}, 4).as<float>();
  const Tensor<float> change = random_tensor({12, 15, 3}, 5).as<float>();
  Tensor<float> coarse = start_at(start, 12, 15);
  for (Index i = 0; i < coarse.shape().count(); ++i) coarse[i] += change[i];
  const Tensor<float> fine = start_after(coarse, start, 23, 30, Context(2)), large = resize_values(change, 23, 30);
  for (Index i = 0; i < fine.shape().count(); ++i) CHECK(std::abs(fine[i] - start[i] - large[i]) < 1e-5F);
}

TEST_CASE("style: a coarse start is the full one's without its fine noise") {
  const Tensor<float> start = make_noise({64, 48, 3}, NoiseKind::white, 0.2, 3);
  double squares = 0;
  const Tensor<float> coarse = start_at(start, 32, 24);
  for (const float value : coarse.values()) squares += static_cast<double>(value) * static_cast<double>(value);
  CHECK(std::sqrt(squares / static_cast<double>(coarse.shape().count())) < 0.12);  // 0.2 without the filter
}

TEST_CASE("style: noise of a seed is the same bits on every machine") {
  CHECK(fingerprint(make_noise({33, 21, 3}, NoiseKind::octaves, 0.15, 42).values()) == 7551060340909851439U);
  CHECK(fingerprint(make_noise({33, 21, 3}, NoiseKind::uniform, 0.2, 42).values()) == 1586809669328572508U);
}

}  // namespace
}  // namespace impasto::testing
