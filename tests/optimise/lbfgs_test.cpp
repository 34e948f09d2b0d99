// L-BFGS where things go wrong, and what it promises whatever happens.
#include "optimise/lbfgs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/parallel.h"
#include "support/allocations.h"
#include "support/fingerprint.h"
#include "support/function_problem.h"
#include "support/gradcheck.h"

namespace impasto::testing {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

LbfgsOptions with_history(int history, HistoryPrecision precision = HistoryPrecision::single) {
  return {.history = history, .precision = precision};
}

constexpr HistoryPrecision kBoth[] = {HistoryPrecision::single, HistoryPrecision::half};

template <class T>
bool all_finite(const std::vector<T>& values) {
  return std::all_of(values.begin(), values.end(), [](T value) { return std::isfinite(value); });
}

// Steps until stuck, at most `most`; the loss reported is always that of x, never rises, and x is always finite.
template <class T>
OptimiserStep run(Lbfgs<T>& lbfgs, FunctionProblem<T>& problem, int most) {
  OptimiserStep step;
  double before = std::numeric_limits<double>::infinity();
  for (int i = 0; i < most && !step.stuck; ++i) {
    const int evaluations = problem.evaluations;
    step = lbfgs.step(problem.problem);
    INFO("step ", i + 1);
    REQUIRE_FALSE(step.diverged);
    CHECK(problem.evaluations - evaluations == step.evaluations);
    CHECK(step.reported < step.evaluations);
    REQUIRE(all_finite(problem.x));
    CHECK(step.loss <= before);
    std::vector<T> gradient(problem.x.size());
    CHECK(problem.function(problem.x, gradient) == step.loss);
    before = step.loss;
  }
  return step;
}

TEST_CASE_TEMPLATE("optimise: L-BFGS reaches the minimum of Rosenbrock's function and then says that it is stuck", T,
                   float, double) {
  for (const HistoryPrecision precision : kBoth) {
    FunctionProblem<T> problem(std::vector<T>{T(-1.2), T(1), T(-1.2), T(1)}, rosenbrock<T>);
    Lbfgs<T> lbfgs(with_history(10, precision), {4}, Context(1));
    const OptimiserStep last = run(lbfgs, problem, 300);
    CHECK(last.stuck);
    for (const T x : problem.x) CHECK(x == doctest::Approx(1).epsilon(sizeof(T) == 4 ? 2e-3 : 1e-7));
    const int evaluations = problem.evaluations;
    CHECK(lbfgs.step(problem.problem).stuck);
    CHECK(problem.evaluations == evaluations);
  }
}

TEST_CASE("optimise: on a bowl a history of halves comes as far as one of floats in as many steps") {
  constexpr std::size_t kCount = 5000;
  double losses[2] = {};
  for (const HistoryPrecision precision : kBoth) {
    FunctionProblem<float> problem(std::vector<float>(kCount, 1), quadratic<float>(300));
    Lbfgs<float> lbfgs(with_history(10, precision), {kCount}, Context(1));
    losses[precision == HistoryPrecision::half] = run(lbfgs, problem, 30).loss;
  }
  FunctionProblem<float> start(std::vector<float>(kCount, 1), quadratic<float>(300));
  CHECK(losses[0] < 1e-3 * start.problem.evaluate());
  CHECK(losses[1] < 2 * losses[0]);
}

TEST_CASE("optimise: the first trial aims at a share of the loss, whatever the scale of loss and variables") {
  // f = a |x|^2 / 2: along -gradient a share p of f, were f linear, is gone at t = p / (2 a).
  for (const double curvature : {1e-6, 1.0, 1e6}) {
    std::vector<double> trials;
    FunctionProblem<double> problem({3, 4}, [&](std::span<const double> x, std::span<double> gradient) {
      trials.push_back((3 - x[0]) / (3 * curvature));
      for (std::size_t i = 0; i < 2; ++i) gradient[i] = curvature * x[i];
      return curvature * (x[0] * x[0] + x[1] * x[1]) / 2;
    });
    LbfgsOptions options = with_history(5);
    options.first_decrease = 0.4;
    const OptimiserStep step = Lbfgs<double>(options, {2}, Context(1)).step(problem.problem);
    CHECK(step.evaluations == 2);
    CHECK(trials.back() == doctest::Approx(0.2 / curvature));
  }
}

TEST_CASE("optimise: where a share of the loss says nothing the first trial moves all variables by 1 together") {
  const auto first_move = [](double first_decrease, double loss) {
    double first = 0;
    FunctionProblem<double> problem({0, 0}, [&](std::span<const double> x, std::span<double> gradient) {
      if (first == 0) first = std::abs(x[0]) + std::abs(x[1]);
      gradient[0] = 30;
      gradient[1] = -10;
      return loss + 30 * x[0] - 10 * x[1];
    });
    LbfgsOptions options = with_history(5);
    options.first_decrease = first_decrease;
    Lbfgs<double>(options, {2}, Context(1)).step(problem.problem);
    return first;
  };
  CHECK(first_move(0.1, 1000) == doctest::Approx(4));  // 0.1 x 1000 / |g|^2 x sum |g|
  CHECK(first_move(0.1, -1000) == doctest::Approx(1));
  CHECK(first_move(0.1, 0) == doctest::Approx(1));
  CHECK(first_move(0, 1000) == doctest::Approx(1));
}

TEST_CASE("optimise: a loss that ends far above 0 only costs the first line search a few trials") {
  FunctionProblem<double> problem({1, 2, 3}, [](std::span<const double> x, std::span<double> gradient) {
    return 1e9 + quadratic<double>(9)(x, gradient);
  });
  Lbfgs<double> lbfgs(with_history(5), {3}, Context(1));
  CHECK(lbfgs.step(problem.problem).evaluations <= 12);
  run(lbfgs, problem, 60);
  for (const double x : problem.x) CHECK(std::abs(x) < 1e-2);
}

TEST_CASE("optimise: L-BFGS walks around a region where the loss is not a number") {
  // The valley from the start to the minimum leaves the disc's edge only a little room.
  for (const double radius : {1.6, 1.5, 1.42}) {
    for (const double beyond : {kNan, std::numeric_limits<double>::infinity()}) {
      INFO("radius ", radius, ", beyond it ", beyond);
      bool met = false;
      FunctionProblem<double> problem({-0.9, 1.0}, [&](std::span<const double> x, std::span<double> gradient) {
        const double loss = rosenbrock<double>(x, gradient);
        if (x[0] * x[0] + x[1] * x[1] <= radius * radius) return loss;
        met = true;
        std::fill(gradient.begin(), gradient.end(), kNan);
        return beyond;
      });
      Lbfgs<double> lbfgs(with_history(5), {2}, Context(1));
      run(lbfgs, problem, 200);
      CHECK(problem.x[0] == doctest::Approx(1).epsilon(1e-4));
      CHECK(problem.x[1] == doctest::Approx(1).epsilon(1e-4));
      CHECK((met || radius > 1.5));
    }
  }
}

TEST_CASE("optimise: a gradient with one value that is not a number is a wall too, where the direction is 0") {
  FunctionProblem<double> problem({3, 5}, [](std::span<const double> x, std::span<double> gradient) {
    gradient[0] = x[0];
    gradient[1] = x[0] < 1 ? kNan : 0;
    return x[0] * x[0] / 2;
  });
  Lbfgs<double> lbfgs(with_history(5), {2}, Context(1));
  run(lbfgs, problem, 60);
  CHECK(problem.x[0] >= 1);
  CHECK(problem.x[0] < 1.01);
  CHECK(problem.x[1] == 5);
}

TEST_CASE("optimise: a start without a finite loss or gradient is reported and left as it is") {
  for (const bool loss : {true, false}) {
    FunctionProblem<float> problem({1, 2, 3}, [&](std::span<const float>, std::span<float> gradient) {
      std::fill(gradient.begin(), gradient.end(), loss ? 1.F : std::numeric_limits<float>::infinity());
      return loss ? kNan : 1.0;
    });
    Lbfgs<float> lbfgs(with_history(5), {3}, Context(1));
    const OptimiserStep step = lbfgs.step(problem.problem);
    CHECK(step.diverged);
    CHECK(step.evaluations == 1);
    CHECK(step.reported == 0);
    CHECK(problem.x == std::vector<float>{1, 2, 3});
  }
}

TEST_CASE("optimise: L-BFGS is stuck at once where the gradient is 0: a constant, a minimum") {
  FunctionProblem<double> constant({1, 2}, [](std::span<const double>, std::span<double> gradient) {
    std::fill(gradient.begin(), gradient.end(), 0.0);
    return 7.0;
  });
  FunctionProblem<double> minimum({0, 0}, quadratic<double>(5));
  for (FunctionProblem<double>* problem : {&constant, &minimum}) {
    Lbfgs<double> lbfgs(with_history(5), {2}, Context(1));
    const std::vector<double> before = problem->x;
    const OptimiserStep step = lbfgs.step(problem->problem);
    CHECK(step.stuck);
    CHECK_FALSE(step.restarted);
    CHECK(step.evaluations == 1);
    CHECK(step.reported == 0);
    CHECK(step.loss == (problem == &constant ? 7 : 0));
    CHECK(problem->x == before);
  }
}

TEST_CASE("optimise: a linear function falls until no step shows in its value any more, and stays a number") {
  for (const double begin : {0.0, -1e307}) {
    FunctionProblem<double> problem({begin, 0}, [](std::span<const double> x, std::span<double> gradient) {
      gradient[0] = 1;
      gradient[1] = -2;
      return x[0] - 2 * x[1];
    });
    Lbfgs<double> lbfgs(with_history(5), {2}, Context(1));
    const OptimiserStep last = run(lbfgs, problem, 30);
    CHECK(last.stuck);
    CHECK(last.loss < -1e20);
  }
}

TEST_CASE("optimise: when its history leads nowhere L-BFGS forgets it and goes on along the gradient") {
  // Behind the present point the function changes: no step of the old length is lower any more, only tiny ones.
  bool changed = false;
  FunctionProblem<double> problem({1, 2, 3}, [&](std::span<const double> x, std::span<double> gradient) {
    return quadratic<double>(changed ? 1e14 : 9)(x, gradient);
  });
  Lbfgs<double> lbfgs(with_history(5), {3}, Context(1));
  lbfgs.step(problem.problem);
  lbfgs.step(problem.problem);
  REQUIRE(lbfgs.history() > 0);
  changed = true;
  const OptimiserStep step = lbfgs.step(problem.problem);
  CHECK(step.restarted);
}

TEST_CASE("optimise: a step that finds nothing lower leaves x at the best point, to the bit") {
  bool trap = false;
  FunctionProblem<float> problem({1, 2, 3}, [&](std::span<const float> x, std::span<float> gradient) {
    return trap ? std::fill(gradient.begin(), gradient.end(), 1.F), 1e6 : quadratic<float>(9)(x, gradient);
  });
  Lbfgs<float> lbfgs(with_history(5), {3}, Context(1));
  const double loss = lbfgs.step(problem.problem).loss;
  const std::vector<float> before = problem.x;
  trap = true;
  const OptimiserStep step = lbfgs.step(problem.problem);
  CHECK(step.restarted);
  CHECK(step.stuck);
  CHECK(step.loss == loss);
  CHECK(step.reported == -1);
  CHECK(problem.x == before);
}

TEST_CASE("optimise: L-BFGS works with one pair and with one variable") {
  for (const int count : {1, 2, 9}) {
    FunctionProblem<double> problem(std::vector<double>(static_cast<std::size_t>(count), 3), quadratic<double>(20));
    Lbfgs<double> lbfgs(with_history(1), {count}, Context(1));
    run(lbfgs, problem, 100);
    for (const double x : problem.x) CHECK(std::abs(x) < 1e-6);
    CHECK(lbfgs.history() <= 1);
  }
}

TEST_CASE("optimise: no line search takes more evaluations than allowed") {
  LbfgsOptions options = with_history(5);
  options.max_evaluations = 3;
  FunctionProblem<double> problem({-1.2, 1}, rosenbrock<double>);
  Lbfgs<double> lbfgs(options, {2}, Context(1));
  CHECK(lbfgs.step(problem.problem).evaluations <= 4);
  for (int i = 0; i < 60; ++i) {
    const OptimiserStep step = lbfgs.step(problem.problem);
    CHECK(step.evaluations <= (step.restarted ? 6 : 3));
    if (step.stuck) break;
  }
  CHECK(problem.function(problem.x, problem.gradient) < 1e-10);
}

TEST_CASE("optimise: L-BFGS gives the same bits for any number of threads and any SIMD target") {
  constexpr std::size_t kCount = 100003;
  std::vector<float> start(kCount);
  const Tensor<double> noise = random_tensor({kCount}, 4);
  std::transform(noise.values().begin(), noise.values().end(), start.begin(),
                 [](double v) { return static_cast<float>(v); });
  std::uint64_t of_both[2] = {};
  for (const HistoryPrecision precision : kBoth) {
    std::uint64_t& wanted = of_both[precision == HistoryPrecision::half];
    const auto compare = [&](const Context& context) {
      FunctionProblem<float> problem(start, quadratic<float>(300));
      Lbfgs<float> lbfgs(with_history(4, precision), {kCount}, context);
      for (int i = 0; i < 9; ++i) lbfgs.step(problem.problem);
      const std::uint64_t bits = fingerprint(problem.x);
      if (wanted == 0) wanted = bits;
      CHECK(bits == wanted);
    };
    for (const int threads : {1, 2, 3, 5}) compare(Context(threads));
    for (const SimdTarget target : available_targets()) compare(Context(3, target));
  }
  CHECK(of_both[0] != of_both[1]);
}

TEST_CASE("optimise: a step allocates nothing, from the first on") {
  if (allocations() < 0) return;
  FunctionProblem<float> problem(std::vector<float>(48000, 1), quadratic<float>(30));
  for (const OptimiserKind kind : {OptimiserKind::adam, OptimiserKind::lbfgs}) {
    Options options;
    options.lbfgs.variables = LbfgsVariables::luminance_pyramid;
    options.optimiser = kind;
    options.lbfgs.history = 3;
    options.lbfgs.precision = HistoryPrecision::half;
    const auto optimiser = make_optimiser<float>(options, {160, 100, 3}, Context(2));
    problem.problem.evaluate();
    parallel_for(Context(2), 2, [](Index, int) {});  // OpenMP makes its team once
    const long before = allocations();
    for (int i = 0; i < 8; ++i) optimiser->step(problem.problem);
    const long after = allocations();
    CHECK(after == before);
  }
}

TEST_CASE("optimise: the bytes of a history are counted, and it is cut to what fits") {
  constexpr Index kCount = 100000;
  for (const HistoryPrecision precision : kBoth) {
    const auto with = [precision](int history) { return with_history(history, precision); };
    const std::uint64_t each = precision == HistoryPrecision::half ? 2 : 4;
    const std::uint64_t ten = Lbfgs<float>::bytes_for(with(10), {kCount});
    CHECK(ten > (20 * each + 4 * 4) * kCount);  // 10 pairs and four pictures
    CHECK(ten < (21 * each + 4 * 4) * kCount);
    CHECK(history_that_fits(with(20), {kCount}, ten) == 10);
    CHECK(history_that_fits(with(20), {kCount}, ten - 1) == 9);
    CHECK(history_that_fits(with(5), {kCount}, ten) == 5);
    CHECK(history_that_fits(with(20), {kCount}, 1000) == 0);
    const Context context = Context(1).with_memory_limit(std::size_t{1} << 30);
    const Lbfgs<float> lbfgs(with(10), {kCount}, context);
    CHECK(lbfgs.bytes() == ten);
    CHECK(context.memory_held() <= ten);  // all but the numbers of pairs
    CHECK(context.memory_held() + 100000 > ten);
  }
  // 2048 x 2048 pixels: 48 MiB for each of 2 history + 4 pictures, 10 GiB for 100, which no 32 bits say.
  CHECK(history_that_fits(with_history(100), {2048, 2048, 3}, std::uint64_t{1} << 30) == 8);
}

TEST_CASE("optimise: make_optimiser makes what the options name") {
  Options options;
  options.optimiser = OptimiserKind::lbfgs;
  options.lbfgs.history = 3;
  const auto lbfgs = make_optimiser<float>(options, {50}, Context(1));
  CHECK(dynamic_cast<Lbfgs<float>*>(lbfgs.get()) != nullptr);
  CHECK(lbfgs->bytes() == optimiser_bytes<float>(options, {50}));
  options.optimiser = OptimiserKind::adam;
  const auto adam = make_optimiser<float>(options, {50}, Context(1));
  CHECK(dynamic_cast<Lbfgs<float>*>(adam.get()) == nullptr);
  CHECK(adam->bytes() == 400);
  CHECK(adam->bytes() == optimiser_bytes<float>(options, {50}));
}

}  // namespace
}  // namespace impasto::testing
