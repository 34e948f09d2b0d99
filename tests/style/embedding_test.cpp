// What a host relies on: paintings side by side, weights shared by threads, and memory that runs out.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "impasto/impasto.h"
#include "support/allocations.h"
#include "support/error_of.h"

namespace impasto::testing {
namespace {

Image waves(int width, int height, float frequency) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.at(x, y, c) =
            0.5F + 0.4F * std::sin(frequency * static_cast<float>(x + c) + 0.3F * static_cast<float>(y));
      }
    }
  }
  return image;
}

Options short_options(const Weights& weights) {
  Options options = preset("default", weights);
  options.size = 40;
  options.iterations = {4};
  return options;
}

TEST_CASE("embedding: two stylizers step by step in turn, with different thread counts, paint as if alone") {
  const Weights weights = Weights::builtin();
  const Options options = short_options(weights);
  const Image content = waves(50, 40, 0.4F), style = waves(45, 45, 1.1F);
  const auto alone = [&](const Image& a, const Image& b) {
    return stylise(a, b, weights, options, {}, Context(2)).values;
  };
  Stylizer one(content, style, weights, options, Context(1)), three(style, content, weights, options, Context(3));
  while (!one.finished() || !three.finished()) {
    if (!one.finished()) one.step();
    if (!three.finished()) three.step();
  }
  CHECK(one.values() == alone(content, style));
  CHECK(three.values() == alone(style, content));
}

TEST_CASE("embedding: threads that share weights and paint at the same time get the bits of one that is alone") {
  const Weights weights = Weights::builtin();
  const Options options = short_options(weights);
  const Image content = waves(50, 40, 0.4F), style = waves(45, 45, 1.1F);
  const std::vector<float> alone = stylise(content, style, weights, options, {}, Context(1)).values;
  std::array<std::vector<float>, 4> together;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < together.size(); ++i) {
    threads.emplace_back([&, i] {
      // Half of them run the network in another way, which reads other tables of the same weights.
      const Context context(1 + static_cast<int>(i) % 2);
      together[i] = stylise(content, style, weights, options, {}, context).values;
      stylise(
          content, style, weights, options, [](const Stylizer&, const Step&) { return false; },
          context.with_convolution(Convolution::im2col));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& values : together) CHECK(values == alone);
}

TEST_CASE("embedding: memory that runs out anywhere is an Error, and everything stays usable") {
  if (allocations() < 0) return;
  const Weights weights = Weights::builtin();
  Options options = short_options(weights);
  options.iterations = {2};
  const Image content = waves(50, 40, 0.4F), style = waves(45, 45, 1.1F);
  const std::vector<float> alone = stylise(content, style, weights, options, {}, Context(1)).values;
  long failures = 0;
  for (bool is_done = false; !is_done; ++failures) {
    REQUIRE(failures < 5000);
    try {
      const MemoryRunsOut runs_out(failures);
      is_done = stylise(content, style, weights, options, {}, Context(1)).values == alone;
      CHECK(is_done);
    } catch (const Error& error) {
      CHECK_MESSAGE(error.code() == ErrorCode::io, "after ", failures, ": ", error.what());
      CHECK(contains(error.what(), "memory"));
    }
  }
  CHECK(failures > 20);
  CHECK(stylise(content, style, weights, options, {}, Context(1)).values == alone);
}

}  // namespace
}  // namespace impasto::testing
