// Paintings that go from coarse to fine, and both optimisers, through the public interface.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "impasto/stylise.h"
#include "support/error_of.h"
#include "support/waves.h"

namespace impasto::testing {
namespace {

struct Job {
  Pictures pictures{.content = waves(60, 40, 0.3), .styles = {{.image = waves(50, 70, 0.8)}}};
  Weights weights = Weights::formula();
  Options options = preset("default", weights);
  Job() {
    options.size = 64;
    options.scale_sizes = {32};
    options.iterations = {6, 4};
    options.steps_per_epoch = 3;
  }
  Result run(const Observer& observer = {}, const Context& context = Context(2)) const {
    return stylise(pictures, weights, options, observer, context);
  }
};

TEST_CASE("style: a run goes through its scales in order and ends at the painting's size") {
  const Job job;
  std::vector<int> sides;
  int epochs = 0;
  const Result result = job.run([&](const Stylizer& painting, const Step& step) {
    sides.push_back(step.width);
    CHECK(step.scales == 2);
    CHECK(step.scale == (step.step <= 6 ? 1 : 2));
    CHECK(step.steps == 10);
    CHECK(step.epochs == 4);
    CHECK(step.evaluations >= 1);
    epochs += step.ends_epoch ? 1 : 0;
    CHECK(painting.preview().width() == step.width);
    CHECK(painting.image().width() == 64);
    CHECK(painting.layer_losses().size() == 9);
    return true;
  });
  CHECK(sides == std::vector<int>{32, 32, 32, 32, 32, 32, 64, 64, 64, 64});
  CHECK(epochs == 4);
  CHECK(result.steps == 10);
  CHECK(result.evaluations >= 12);  // each scale evaluates its start
  CHECK(result.image.width() == 64);
  CHECK(result.image.height() == 43);
  CHECK(result.values.size() == 64 * 43 * 3);
  CHECK(result.last.total < 0.5 * result.first.total);
}

TEST_CASE("style: a run that is stopped at a coarse scale leaves a painting of the full size") {
  const Result result = Job().run([](const Stylizer&, const Step& step) { return step.step < 2; });
  CHECK(result.outcome == Outcome::stopped);
  CHECK(result.image.width() == 64);
  CHECK(result.values.size() == 64 * 43 * 3);
}

TEST_CASE("style: L-BFGS gives the same bits with 1 and 3 threads") {
  const Job job;
  CHECK(job.run({}, Context(1)).values == job.run({}, Context(3)).values);
}

TEST_CASE("style: a scale that no longer gains ends, and the run knows") {
  Job job;
  job.options.iterations = {200};
  job.options.stop_when_flat = 0.2;
  const Result result = job.run();
  CHECK(result.outcome == Outcome::finished);
  CHECK(result.steps > 20);
  CHECK(result.steps < 200);
}

TEST_CASE("style: the average of the iterates is another picture than the last of them") {
  Job job;
  job.options.optimiser = OptimiserKind::adam;
  const std::vector<float> last = job.run().values;
  job.options.average = 0.9;
  CHECK(job.run().values != last);
}

TEST_CASE("style: a start of values is brought to the coarsest scale") {
  Job job;
  job.options.start = Start::values;
  job.options.start_values.assign(64 * 43 * 3, 0.25F);
  job.options.noise_amplitude = 0;
  job.options.colour = ColourMode::style;
  job.options.iterations = {1};
  std::vector<float> first;
  Stylizer stylizer(job.pictures, job.weights, job.options, Context(1));
  for (const float value : stylizer.values()) CHECK(value == doctest::Approx(0.25F));
  job.options.start_values.pop_back();
  CHECK_FALSE(error_of(ErrorCode::usage, [&] { job.run(); }).empty());
}

TEST_CASE("style: more memory is planned for larger pictures and longer histories, and a finished run takes no step") {
  Job job;
  const auto planned = [&] { return Stylizer(job.pictures, job.weights, job.options, Context(1)).planned_bytes(); };
  const std::size_t usual = planned();
  job.options.lbfgs.history = 40;
  CHECK(planned() > usual);
  Stylizer stylizer(job.pictures, job.weights, job.options, Context(1));
  while (!stylizer.finished()) stylizer.step();
  CHECK_FALSE(error_of(ErrorCode::usage, [&] { stylizer.step(); }).empty());
}

TEST_CASE("style: pictures that are missing, and shares that are none, are refused") {
  Job job;
  job.pictures.styles[0].weight = 0;
  CHECK(error_of(ErrorCode::usage, [&] { job.run(); }).find("share is 0") != std::string::npos);
  job.pictures.styles.clear();
  CHECK(error_of(ErrorCode::usage, [&] { job.run(); }).find("no style picture") != std::string::npos);
}

}  // namespace
}  // namespace impasto::testing
