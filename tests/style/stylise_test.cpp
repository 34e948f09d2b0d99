// The painting loop through the public interface, on small pictures.
#include "impasto/stylise.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "support/error_of.h"

namespace impasto::testing {
namespace {

// Waves and a disc, different for every seed.
Image test_picture(int width, int height, float seed) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float disc = std::hypot(static_cast<float>(x) - 20, static_cast<float>(y) - 15) < 9 ? 0.4F : 0.0F;
      for (int c = 0; c < 3; ++c) {
        image.at(x, y, c) = 0.3F + disc +
                            0.3F * std::sin(seed * static_cast<float>(x) * (0.3F + 0.1F * static_cast<float>(c)) +
                                            static_cast<float>(y) * 0.2F);
      }
    }
  }
  return image;
}

struct Job {
  Image content = test_picture(60, 40, 1), style = test_picture(50, 70, 2.3F);
  Weights weights = Weights::formula();
  Options options = preset("default", weights);
  Job() {
    options.size = 48;
    options.optimiser = OptimiserKind::adam;
    options.iterations = {10};
    options.steps_per_epoch = 5;
  }
  Result run(const Observer& observer = {}, const Context& context = Context(2)) const {
    return stylise(content, style, weights, options, observer, context);
  }
};

TEST_CASE("style: a painting keeps the content's aspect and its loss falls") {
  const Result result = Job().run();
  CHECK(result.outcome == Outcome::finished);
  CHECK(result.image.width() == 48);
  CHECK(result.image.height() == 32);
  CHECK(result.steps == 10);
  CHECK(result.last.total < 0.8 * result.first.total);
  CHECK(result.last.total == doctest::Approx(result.last.content + result.last.style + result.last.tv));
}

TEST_CASE("style: the same seed gives the same picture with 1, 2 and 3 threads, another seed another one") {
  Job job;
  const Result one = job.run({}, Context(1));
  CHECK(one.values == job.run({}, Context(2)).values);
  CHECK(one.values == job.run({}, Context(3)).values);
  job.options.seed = 1;
  CHECK(one.values != job.run({}, Context(2)).values);
}

TEST_CASE("style: a host that wants no more is heard between layers and styles, before there is a painting") {
  const Job job;
  int questions = 0;
  const auto prepare = [&](int wanted) {
    questions = 0;
    Stylizer(job.content, job.style, job.weights, job.options,
             Context(2).with_stop([&, wanted] { return ++questions == wanted; }));
  };
  prepare(0);
  const int all = questions;
  CHECK(all > 20);  // layers of two networks
  for (const int wanted : {1, all / 2, all}) {
    CHECK(contains(error_of(ErrorCode::stopped, [&] { prepare(wanted); }), "nothing is painted yet"));
    CHECK(questions == wanted);
  }
}

TEST_CASE("style: the observer sees every step and epoch, and may look at the picture") {
  int steps = 0, epochs = 0;
  Job().run([&](const Stylizer& painting, const Step& step) {
    CHECK(step.step == ++steps);
    CHECK(step.epoch == (steps - 1) / 5 + 1);
    CHECK(step.steps == 10);
    epochs += step.ends_epoch ? 1 : 0;
    CHECK(painting.image().width() == 48);
    CHECK(painting.planned_bytes() > 1000000);
    return true;
  });
  CHECK(steps == 10);
  CHECK(epochs == 2);
}

TEST_CASE("style: an observer that returns false stops the run after its step") {
  const Result result = Job().run([](const Stylizer&, const Step& step) { return step.step < 3; });
  CHECK(result.outcome == Outcome::stopped);
  CHECK(result.steps == 3);
  CHECK_FALSE(result.image.empty());
}

TEST_CASE("style: a loss that is not finite stops the run and leaves the best picture") {
  Job job;
  job.options.adam.learning_rate = 1e25;
  const Result result = job.run();
  CHECK(result.outcome == Outcome::diverged);
  CHECK(std::all_of(result.values.begin(), result.values.end(), [](float v) { return std::isfinite(v); }));
  job.options.adam.learning_rate = 0.05;
  job.options.iterations = {1};
  std::vector<float> start;
  {  // The start is what a run with a tiny rate ends at.
    Job still = job;
    still.options.adam.learning_rate = 1e-30;
    start = still.run().values;
  }
  CHECK(result.values == start);
}

TEST_CASE("style: a run that first falls and then explodes ends with the picture of its lowest loss, not the first") {
  Job job;
  job.options.statistic = StyleStatistic::gram;
  job.options.style_weight = 60;
  // So large an epsilon turns Adam into plain descent with rate 17, just too fast for this loss.
  job.options.adam = {17e6, 0, 0.999, 1e6, AdamEpsilon::pytorch};
  job.options.iterations = {500};
  std::vector<std::vector<float>> pictures{{}};  // pictures[k]: what step k + 1 sees
  std::vector<double> losses;
  const Result result = job.run([&](const Stylizer& painting, const Step& step) {
    losses.push_back(step.losses.total);
    pictures.push_back(painting.values());
    return true;
  });
  CHECK(result.outcome == Outcome::diverged);
  const auto lowest = std::min_element(losses.begin(), losses.end()) - losses.begin();
  REQUIRE(lowest > 0);
  REQUIRE(static_cast<std::size_t>(lowest) + 1 < losses.size());
  CHECK(result.values == pictures[static_cast<std::size_t>(lowest)]);
}

TEST_CASE("style: stepping by hand does what the loop does") {
  const Job job;
  Stylizer stylizer(job.content, job.style, job.weights, job.options, Context(2));
  while (!stylizer.finished()) stylizer.step();
  CHECK(stylizer.values() == job.run().values);
}

TEST_CASE("style: noise 0 starts exactly at the given values, whatever the start") {
  Job job;
  job.options.adam.learning_rate = 1e-30;
  job.options.iterations = {1};
  job.options.noise_amplitude = 0;
  job.options.start = Start::values;
  job.options.start_values.resize(48 * 32 * 3);
  std::iota(job.options.start_values.begin(), job.options.start_values.end(), -2000.5F);
  for (float& value : job.options.start_values) value /= 1000;
  CHECK(job.run().values == job.options.start_values);
  job.options.start_values.pop_back();
  CHECK(error_of(ErrorCode::usage, [&] { job.run(); }).find("wanted 4608") != std::string::npos);
}

TEST_CASE("style: matching colours gives the content the style's colour mean and covariance") {
  Job job;
  job.options.adam.learning_rate = 1e-30;
  job.options.iterations = {1};
  job.options.noise_amplitude = 0;
  const auto moments = [](const std::vector<float>& values) {
    std::vector<double> m(12, 0.0);
    const double n = static_cast<double>(values.size() / 3);
    for (std::size_t i = 0; i < values.size(); ++i) m[i % 3] += static_cast<double>(values[i]) / n;
    for (std::size_t i = 0; i < values.size(); i += 3) {
      for (std::size_t a = 0; a < 3; ++a) {
        for (std::size_t b = 0; b < 3; ++b)
          m[3 + 3 * a + b] +=
              (static_cast<double>(values[i + a]) - m[a]) * (static_cast<double>(values[i + b]) - m[b]) / n;
      }
    }
    return m;
  };
  job.options.style_size = 70;  // the style's own size, so that it is not resized
  const std::vector<double> got = moments(job.run().values), wanted = moments(normalise(job.style));
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == doctest::Approx(wanted[i]).epsilon(0.01));
}

TEST_CASE("style: normalise and denormalise are inverse") {
  const Image image = test_picture(7, 5, 1.5F);
  const Image back = denormalise(normalise(image), 7, 5);
  for (std::size_t i = 0; i < image.pixels().size(); ++i) CHECK(back.pixels()[i] == doctest::Approx(image.pixels()[i]));
  CHECK_FALSE(error_of(ErrorCode::input, [&] { denormalise(normalise(image), 5, 5); }).empty());
}

TEST_CASE("style: a picture too small for the deepest layer is refused with the size it needs") {
  Job job;
  job.options.size = 6;
  CHECK(error_of(ErrorCode::input, [&] { job.run(); }).find("at least 8 x 8") != std::string::npos);
}

TEST_CASE("style: a style so narrow that it shrinks to less than a layer needs is named as the style") {
  Job job;
  job.style = test_picture(400, 8, 2);
  const std::string refusal = error_of(ErrorCode::input, [&] { job.run(); });
  CHECK(contains(refusal, "the style picture shrinks to 48 x 1 pixels"));
  CHECK(contains(refusal, "style size"));
  job.options.style_size = 400;
  job.options.iterations = {1};
  CHECK(job.run().steps == 1);
}

TEST_CASE("style: losses and result hardly depend on the SIMD target") {
  const Job job;
  const Result best = job.run();
  for (const SimdTarget target : available_targets()) {
    const Result other = job.run({}, Context(2, target));
    CHECK(other.first.total == doctest::Approx(best.first.total).epsilon(1e-4));
    CHECK(other.last.total == doctest::Approx(best.last.total).epsilon(1e-3));
  }
}

TEST_CASE("style: fewer layers need less memory") {
  Job job;
  Stylizer deep(job.content, job.style, job.weights, job.options, Context(1));
  job.options.style_layers = {{"block1_conv1", 1}, {"block2_conv1", 1}};
  job.options.content_layers = {{"block2_conv1", 1}};
  Stylizer shallow(job.content, job.style, job.weights, job.options, Context(1));
  CHECK(shallow.planned_bytes() < deep.planned_bytes());
}

}  // namespace
}  // namespace impasto::testing
