// What a step tells besides its losses, and the loop for a stylizer of one's own.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "impasto/option_fields.h"
#include "impasto/stylise.h"

namespace impasto::testing {
namespace {

Image stripes(int width, int height, float pitch) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) image.at(x, y, c) = 0.5F + 0.4F * std::sin(pitch * static_cast<float>(x + c * y));
    }
  }
  return image;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += std::pow(static_cast<double>(a[i]) - b[i], 2);
  return std::sqrt(squares);
}

struct Job {
  Weights weights = Weights::formula();
  Options options = preset("default", weights);
  Pictures pictures{.content = stripes(48, 32, 0.3F), .styles = {{.image = stripes(40, 40, 0.7F)}}};
  Job() {
    options.size = 48;
    options.iterations = {3};
  }
  Stylizer stylizer() const { return Stylizer(pictures, weights, options, Context(2)); }
};

}  // namespace

TEST_CASE("style: a step tells how far the picture moved, with either optimiser") {
  for (const OptimiserKind kind : {OptimiserKind::adam, OptimiserKind::lbfgs}) {
    Job job;
    job.options.optimiser = kind;
    Stylizer stylizer = job.stylizer();
    while (!stylizer.finished()) {
      const std::vector<float> before = stylizer.values();
      const Step step = stylizer.step();
      CHECK(step.change_norm == doctest::Approx(distance(stylizer.values(), before)).epsilon(1e-6));
      CHECK(step.change_norm > 0);
    }
  }
}

TEST_CASE("style: a step tells the norm of the gradient") {
  // Adam's first step is rate g / (|g| + epsilon): with both equal and far above |g| it is g itself.
  Job job;
  job.options.optimiser = OptimiserKind::adam;
  job.options.adam.learning_rate = job.options.adam.epsilon = 1e4;
  Stylizer stylizer = job.stylizer();
  const Step step = stylizer.step();
  CHECK(step.gradient_norm == doctest::Approx(step.change_norm).epsilon(1e-3));
}

TEST_CASE("style: the loop over a stylizer of one's own paints what stylise paints") {
  const Job job;
  Stylizer stylizer = job.stylizer();
  stylizer.set_profiling(true);
  int seen = 0;
  const Result own = stylise(stylizer, [&](const Stylizer&, const Step&) { return ++seen > 0; });
  CHECK(seen == 3);
  CHECK(own.steps == 3);
  CHECK(own.seconds > 0);
  CHECK(own.values == stylise(job.pictures, job.weights, job.options, {}, Context(2)).values);
}

TEST_CASE("style: planned memory is the sum of its parts") {
  const Stylizer stylizer = Job().stylizer();
  const PlannedMemory memory = stylizer.planned_memory();
  CHECK(memory.arena > 0);
  CHECK(memory.pictures == 2 * 48 * 32 * 3 * sizeof(float));
  CHECK(memory.optimiser > 0);
  CHECK(stylizer.planned_bytes() == memory.arena + memory.pictures + memory.optimiser);
}

}  // namespace impasto::testing
