// Adam alone: against Keras and PyTorch, its rate's decay, and its guard.
#include "optimise/adam.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "support/function_problem.h"
#include "support/golden.h"

namespace impasto::testing {
namespace {

TEST_CASE("optimise: Adam follows Keras and PyTorch, which differ in where epsilon stands") {
  const Json golden = golden_json("golden_adam.json");
  for (const double epsilon : {0.1, 1e-7}) {
    const Json& wanted = golden[epsilon == 0.1 ? "epsilon_0.1" : "epsilon_1e-07"];
    for (const auto& both : {std::pair{"keras", AdamEpsilon::keras}, {"torch", AdamEpsilon::pytorch}}) {
      const char* name = both.first;
      const AdamEpsilon convention = both.second;
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
  for (const auto& given : {std::pair{1.0, kInfinity},
                            {1.0, std::numeric_limits<float>::quiet_NaN()},
                            {1.0, 1e19F},  // its square is infinite
                            {std::numeric_limits<double>::quiet_NaN(), 1.F}}) {
    const double loss = given.first;
    const float gradient = given.second;
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

}  // namespace
}  // namespace impasto::testing
