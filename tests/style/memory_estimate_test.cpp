// What a painting is said to need before it begins against what it then takes.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "impasto/stylise.h"
#include "support/counting_resource.h"

namespace impasto::testing {
namespace {

Image picture(int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.pixels().size(); ++i)
    image.pixels()[i] = 0.5F + 0.4F * std::sin(static_cast<float>(i % 977));
  return image;
}

Image half_white(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width / 2; ++x)
      for (int c = 0; c < 3; ++c) image.at(x, y, c) = 1;
  return image;
}

using Change = std::function<void(Options&, Pictures&)>;

// At one size with convolutions by Winograd, at another one by products of matrices.
void check_estimates(const Weights& weights, int size, int im2col_size) {
  const std::vector<std::pair<std::string, Change>> changes = {
      {"as it is", [](Options&, Pictures&) {}},
      {"one scale", [](Options& o, Pictures&) { o.scale_count = 1; }},
      {"adam", [](Options& o, Pictures&) { o.optimiser = OptimiserKind::adam; }},
      {"gram", [](Options& o, Pictures&) { o.statistic = StyleStatistic::gram; }},
      {"normalised gradients", [](Options& o, Pictures&) { o.normalise_gradients = true; }},
      {"a narrow painting", [](Options&, Pictures& p) { p.content = picture(800, 100); }},
      {"a large style", [](Options& o, Pictures&) { o.style_size = 500; }},
      {"two styles", [](Options&, Pictures& p) { p.styles.push_back(p.styles.front()); }},
      {"a protected part", [](Options&, Pictures& p) { p.protect = half_white(100, 80); }},
      {"regions", [](Options&, Pictures& p) {
         p.content_mask = half_white(100, 80);
         p.styles.front().mask = half_white(90, 90);
       }}};
  for (const Convolution how : {Convolution::automatic, Convolution::im2col}) {
    for (const auto& named : changes) {
      CAPTURE(named.first);
      Options options = preset("default", weights);
      options.size = how == Convolution::automatic ? size : im2col_size;
      options.iterations = {2};
      options.lbfgs.history = 1;
      Pictures pictures{picture(200, 160), {{picture(180, 180)}}, {}, {}, {}};
      named.second(options, pictures);
      const auto resource = std::make_shared<CountingResource>();
      const Context context = Context(1).with_convolution(how).with_memory_resource(resource);
      const MemoryEstimate estimate = estimate_memory(pictures, weights, options, context);
      CHECK(resource->most < std::size_t{1} << 20);
      stylise(pictures, weights, options, {}, context);
      const double ratio = static_cast<double>(estimate.peak()) / static_cast<double>(resource->most);
      CAPTURE(to_string(how));
      CAPTURE(estimate.targets);
      CAPTURE(estimate.painting);
      CAPTURE(resource->most);
      CHECK(ratio >= 1);
      CHECK(ratio <= 1.25);
    }
  }
}

TEST_CASE("style: the estimate of memory is at least what a painting then takes, and not much more") {
  check_estimates(Weights::formula(), 192, 96);
}

TEST_CASE("style: so it is with the built-in network") { check_estimates(Weights::builtin(), 192, 128); }

TEST_CASE("style: the size of a style counts in the estimate") {
  const Weights weights = Weights::formula();
  Options options = preset("default", weights);
  options.scale_count = 1;
  const Pictures pictures{picture(1200, 60), {{picture(100, 100)}}, {}, {}, {}};
  const MemoryEstimate usual = estimate_memory(pictures, weights, options);
  options.style_size = 2 * options.size;
  const MemoryEstimate large = estimate_memory(pictures, weights, options);
  CHECK(static_cast<double>(large.targets) > 2.8 * static_cast<double>(usual.targets));
  CHECK(large.painting == usual.painting);
}

TEST_CASE("style: cheap maps are kept up to 100 MiB of conv1_1's, and computed twice beyond that") {
  const Weights weights = Weights::builtin();
  const auto arena = [&](int width, int height, Memory memory) {
    Options options = preset("default", weights);
    options.size = width;
    options.region_size = 16384;
    const Pictures pictures{picture(width, height), {{picture(64, 64)}}, {}, {}, {}};
    return estimate_memory(pictures, weights, options, Context(1).with_memory(memory)).arena;
  };
  CHECK(arena(1200, 800, Memory::automatic) == arena(1200, 800, Memory::fast));
  CHECK(arena(1200, 1000, Memory::automatic) == arena(1200, 1000, Memory::small));
  CHECK(arena(1200, 1000, Memory::small) < arena(1200, 1000, Memory::fast));
}

TEST_CASE("style: a painting beyond all memory is estimated in no time and in no memory") {
  if (sizeof(std::size_t) == 4) return;  // no tensor holds its maps
  const Weights weights = Weights::formula();
  Options options = preset("default", weights);
  const Pictures pictures{picture(40, 40), {{picture(40, 40)}}, {}, {}, {}};
  options.region_size = 16384;
  options.size = 8000;
  const std::size_t half = estimate_memory(pictures, weights, options).peak();
  options.size = 16000;
  const std::size_t whole = estimate_memory(pictures, weights, options).peak();
  CHECK(whole > 3.8 * static_cast<double>(half));
  CHECK(whole < 4.2 * static_cast<double>(half));
}

}  // namespace
}  // namespace impasto::testing
