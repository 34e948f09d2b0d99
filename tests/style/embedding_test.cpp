// What a host relies on: paintings side by side, weights shared by threads, and memory that runs out.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "impasto/impasto.h"
#include "support/allocations.h"
#include "support/counting_resource.h"
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
  const Weights weights = Weights::formula();
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
  const Weights weights = Weights::formula();
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

TEST_CASE("embedding: a step of a painting allocates nothing after the first") {
  if (allocations() < 0) return;
  const Weights weights = Weights::formula();
  Options options = preset("default", weights);
  options.size = 40;
  const Image picture(40, 30);
  Stylizer stylizer(picture, picture, weights, options, Context(2));
  stylizer.step();
  const long before = allocations();
  stylizer.step();
  stylizer.step();
  CHECK(allocations() == before);
}

TEST_CASE("embedding: memory that runs out anywhere is an Error, and everything stays usable") {
  if (allocations() < 0) return;
  const Weights weights = Weights::formula();
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

TEST_CASE("embedding: a painting lives in the memory of its context, the same bits, and gives all of it back") {
  const Weights weights = Weights::formula();
  const Options options = short_options(weights);
  const Image content = waves(50, 40, 0.4F), style = waves(45, 45, 1.1F);
  const std::vector<float> usual = stylise(content, style, weights, options, {}, Context(1)).values;
  const auto resource = std::make_shared<CountingResource>();
  const Context context = Context(1).with_memory_resource(resource);
  std::size_t planned = 0;
  {
    Stylizer stylizer(content, style, weights, options, context);
    planned = stylizer.planned_bytes();
    CHECK(stylise(stylizer).values == usual);
    CHECK(context.memory_held() == resource->held);
    CHECK(resource->held > planned / 2);
  }
  CHECK(resource->most > planned / 2);
  CHECK(resource->held == 0);
  CHECK(context.memory_held() == 0);
}

TEST_CASE("embedding: memory that a host's resource refuses is an Error, and nothing is kept") {
  const Weights weights = Weights::formula();
  Options options = short_options(weights);
  options.iterations = {1};
  const Image content = waves(50, 40, 0.4F), style = waves(45, 45, 1.1F);
  const auto resource = std::make_shared<CountingResource>();
  const auto paint = [&] { stylise(content, style, weights, options, {}, Context(1).with_memory_resource(resource)); };
  paint();
  const long calls = resource->calls;
  for (long call = 0; call < calls; call += 1 + calls / 40) {
    resource->calls = 0;
    resource->refused_call = call;
    CHECK(contains(error_of(ErrorCode::io, paint), "out of memory"));
    CHECK(resource->held == 0);
  }
}

TEST_CASE("embedding: a scale whose memory was refused can be entered again, and meanwhile the painting is there") {
  const Weights weights = Weights::formula();
  Options options = short_options(weights);
  options.scale_sizes = {20};
  options.iterations = {2};
  options.average = 0.5;
  const Image content = waves(50, 40, 0.4F), style = waves(45, 45, 1.1F);
  const std::vector<float> usual = stylise(content, style, weights, options, {}, Context(1)).values;
  const auto resource = std::make_shared<CountingResource>();
  long refusals = 0;
  for (bool is_refused = true; is_refused; ++refusals) {
    Stylizer stylizer(content, style, weights, options, Context(1).with_memory_resource(resource));
    for (int i = 0; i < 2; ++i) stylizer.step();
    const std::vector<float> half_way = stylizer.values();
    resource->calls = 0;
    resource->refused_call = refusals;
    try {
      stylizer.step();
      is_refused = false;
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::io);
    }
    resource->refused_call = -1;
    if (is_refused) {
      const std::vector<float> now = stylizer.values();
      float most = 0;
      for (std::size_t i = 0; i < now.size(); ++i) most = std::max(most, std::abs(now[i] - half_way[i]));
      CHECK(most < 1e-5F);
    }
    CHECK(stylise(stylizer).values == usual);
  }
  CHECK(refusals > 6);
}

TEST_CASE("embedding: a painting keeps to its context's memory limit, or is refused before it begins") {
  const Weights weights = Weights::formula();
  Options options = short_options(weights);
  options.scale_sizes = {20};
  options.iterations = {3};
  options.lbfgs.history = 40;
  const Image content = waves(50, 40, 0.4F), style = waves(45, 45, 1.1F);
  const auto resource = std::make_shared<CountingResource>();
  const Context context = Context(1).with_memory(Memory::small).with_memory_resource(resource);
  const std::vector<float> usual = stylise(content, style, weights, options, {}, context).values;
  int kept = 0, cut = 0, refused = 0;
  for (std::size_t limit = resource->most * 5 / 4; refused < 3; limit = limit * 19 / 20) {
    resource->most = 0;
    std::vector<std::string> warnings;
    const Context limited = context.with_memory_limit(limit).with_log([&](LogLevel level, const std::string& message) {
      CHECK(level == LogLevel::warning);
      warnings.push_back(message);
    });
    long steps = 0;
    try {
      const Result result = stylise(
          content, style, weights, options, [&](const Stylizer&, const Step&) { return ++steps > 0; }, limited);
      (warnings.empty() ? kept : cut) += 1;
      CHECK(warnings.size() <= 1);
      if (warnings.empty()) CHECK(result.values == usual);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::io);
      CHECK(contains(error.what(), "limit is "));
      CHECK(steps == 0);
      ++refused;
    }
    CHECK(resource->most <= limit);
    CHECK(resource->held == 0);
  }
  CHECK(kept > 0);
  CHECK(cut > 1);
}

}  // namespace
}  // namespace impasto::testing
