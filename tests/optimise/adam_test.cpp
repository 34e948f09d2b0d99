// Adam alone: against Keras and PyTorch, its rate's decay, its guard, and moments carried to another size.
#include "optimise/adam.h"

#include <cmath>
#include <limits>

#include "support/function_problem.h"
#include "support/golden.h"
#include "support/gradcheck.h"

namespace impasto::testing {
namespace {

TEST_CASE("optimise: Adam follows Keras and PyTorch, which differ in where epsilon stands") {
  const Json golden = golden_json("golden_adam.json");
  for (const double epsilon : {0.1, 1e-7}) {
    const Json& wanted = golden[epsilon == 0.1 ? "epsilon_0.1" : "epsilon_1e-07"];
    for (const auto& [name, convention] : {std::pair{"keras", AdamEpsilon::keras}, {"torch", AdamEpsilon::pytorch}}) {
      std::vector<double> x = golden["start"].get<std::vector<double>>();
      Adam<double> adam(
          {number(golden["learning_rate"]), number(golden["beta_1"]), number(golden["beta_2"]), epsilon, convention},
          static_cast<Index>(x.size()), Context(1));
      for (std::size_t step = 0; step < golden["gradients"].size(); ++step) {
        const std::vector<double> gradient = golden["gradients"][step].get<std::vector<double>>();
        adam.update(x, gradient);
        for (std::size_t i = 0; i < x.size(); ++i) {
          INFO(name, ", epsilon ", epsilon, ", step ", step + 1, ", parameter ", i);
          CHECK(std::abs(x[i] - number(wanted[name][step][i])) < 1e-13);
        }
      }
    }
  }
}

TEST_CASE("optimise: Adam's rate is whole at first and multiplied by the decay after 100 steps") {
  // With a constant gradient every step is as long as the rate.
  AdamOptions options;
  options.learning_rate = 0.1;
  options.decay = 0.5;
  options.epsilon = 0;
  Adam<double> adam(options, 1, Context(1));
  FunctionProblem<double> slope({0}, [](std::span<const double> x, std::span<double> gradient) {
    gradient[0] = 2;
    return 2 * x[0];
  });
  std::vector<double> steps;
  for (int i = 0; i < 201; ++i) {
    const double before = slope.x[0];
    const OptimiserStep step = adam.step(slope.problem);
    CHECK(step.loss == 2 * before);
    CHECK(step.evaluations == 1);
    CHECK(step.reported == 0);
    steps.push_back(before - slope.x[0]);
  }
  CHECK(steps[0] == doctest::Approx(0.1));
  CHECK(steps[50] == doctest::Approx(0.1 * std::sqrt(0.5)));
  CHECK(steps[100] == doctest::Approx(0.05));
  CHECK(steps[200] == doctest::Approx(0.025));
}

TEST_CASE("optimise: Adam leaves x as it is where loss or gradient cannot be used") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const auto& [loss, gradient] : {std::pair{1.0, kInfinity},
                                       {1.0, std::numeric_limits<float>::quiet_NaN()},
                                       {1.0, 1e19F},  // its square is infinite
                                       {std::numeric_limits<double>::quiet_NaN(), 1.F}}) {
    INFO("loss ", loss, ", gradient ", gradient);
    std::pair<double, float> answer{1, 1.F};
    FunctionProblem<float> problem({1, 2}, [&](std::span<const float>, std::span<float> out) {
      out[0] = 1;
      out[1] = answer.second;
      return answer.first;
    });
    Adam<float> adam({}, 2, Context(1));
    CHECK_FALSE(adam.step(problem.problem).diverged);
    const std::vector<float> before = problem.x;
    answer = {loss, gradient};
    CHECK(adam.step(problem.problem).diverged);
    CHECK(problem.x == before);
    answer = {1, 1.F};
    CHECK_FALSE(adam.step(problem.problem).diverged);
    CHECK(std::isfinite(problem.x[1]));
    CHECK(problem.x[1] < before[1]);
  }
}

TEST_CASE("optimise: moments carried to another size go on as if the picture had always had it") {
  AdamOptions options;
  options.epsilon = 0;
  // Colours without a pattern: a resized picture of them is the same picture, and so is every step.
  const auto gradients = [](PaintingSize size, int step, double ratio) {
    std::vector<double> g;
    for (int i = 0; i < size.width * size.height; ++i) {
      for (const double c : {0.3, -1.0, 2.0}) g.push_back(ratio * c * std::cos(step));
    }
    return g;
  };
  const PaintingSize small{5, 4}, large{9, 8};
  Adam<double> coarse(options, 3 * 20, Context(2)), fine(options, 3 * 72, Context(2)),
      whole(options, 3 * 72, Context(2));
  std::vector<double> x_small(60), x(216), x_whole(216);
  for (int step = 0; step < 4; ++step) {
    coarse.update(x_small, gradients(small, step, 1));
    whole.update(x_whole, gradients(large, step, 0.25));
  }
  x = x_whole;
  fine.carry(coarse, small, large, 0.25);
  for (int step = 4; step < 7; ++step) {
    fine.update(x, gradients(large, step, 0.25));
    whole.update(x_whole, gradients(large, step, 0.25));
  }
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(x[i] == doctest::Approx(x_whole[i]).epsilon(1e-12));
}

TEST_CASE("optimise: carried moments are resized bilinearly, edges clamped") {
  // One gradient decides m; beta1 0 makes m the gradient, so the next update with no gradient moves nothing but a
  // second one with beta1 1 shows m itself.
  AdamOptions options;
  options.beta1 = 0.5;
  options.beta2 = 0;
  options.learning_rate = 1;
  options.epsilon = 1;
  const PaintingSize small{2, 1}, large{4, 1};
  Adam<double> coarse(options, 6, Context(1)), fine(options, 12, Context(1));
  std::vector<double> x_small(6), x(12);
  coarse.update(x_small, std::vector<double>{2, 0, 0, 6, 0, 8});
  fine.carry(coarse, small, large, 1);
  // v = 0 after a gradient of 0, so x -= m / (1 - 0.5^2) / 1 with m = 0.5 m_before, m_before = 0.5 g.
  fine.update(x, std::vector<double>(12, 0.0));
  const std::vector<double> wanted = {2, 0, 0, 3, 0, 2, 5, 0, 6, 6, 0, 8};  // shares 0, 1/4, 3/4, 1 of the right pixel
  for (std::size_t i = 0; i < 12; ++i) CHECK(x[i] == doctest::Approx(-wanted[i] / 4 / 0.75));
}

}  // namespace
}  // namespace impasto::testing
