// Gradients of anybody's function against differences.
#include "support/gradcheck.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "support/error_of.h"

namespace impasto {
namespace {

// f(x) = sum x_i^3
double cubes(std::span<const double> x) {
  double sum = 0;
  for (const double value : x) sum += value * value * value;
  return sum;
}
void cubes_gradient(std::span<const double> x, std::span<double> g) {
  for (std::size_t i = 0; i < x.size(); ++i) g[i] = 3 * x[i] * x[i];
}

const std::vector<double> kPoint = {0.3, -1.2, 0.8, 2.0};

TEST_CASE("autodiff: gradcheck draws a V over the steps of a smooth function, whose gradient is right") {
  const GradcheckResult result =
      gradcheck(cubes, cubes_gradient, kPoint, {.epsilons = {1e-1, 1e-2, 1e-3, 1e-5, 1e-9, 1e-11}});
  CHECK(result.passed);
  CHECK(result.tried == 4);
  // The error of a central difference is e^2 f''' / 6 = e^2 here, of a largest gradient of 12.
  for (const std::size_t k : {0, 1, 2})
    CHECK(result.curve[k].error ==
          doctest::Approx(result.curve[k].epsilon * result.curve[k].epsilon / 12).epsilon(1e-3));
  CHECK(result.curve[5].error > 10 * result.curve[3].error);
}

TEST_CASE("autodiff: gradcheck names the worst element of a wrong gradient, whatever the steps") {
  const auto wrong = [](std::span<const double> x, std::span<double> g) {
    cubes_gradient(x, g);
    g[2] *= 1.001;
  };
  for (const std::vector<double>& steps : {std::vector<double>{1e-5}, {1e-2, 1e-4, 1e-6}}) {
    const GradcheckResult result = gradcheck(cubes, wrong, kPoint, {.epsilons = steps});
    CHECK_FALSE(result.passed);
    CHECK(result.worst.index == 2);
    CHECK(result.worst.analytic == doctest::Approx(1.92 * 1.001));
    CHECK(result.worst.numeric == doctest::Approx(1.92));
    CHECK(result.describe().find("element 2") != std::string::npos);
  }
}

TEST_CASE("autodiff: several steps see past a kink that is nearer than most of them") {
  const auto kinked = [](std::span<const double> x) { return std::abs(x[0]) + 2 * x[0]; };
  const auto slope = [](std::span<const double> x, std::span<double> g) { g[0] = x[0] > 0 ? 3 : 1; };
  const std::vector<double> near = {1e-5};
  CHECK_FALSE(gradcheck(kinked, slope, near, {.epsilons = {1e-3}}).passed);
  CHECK(gradcheck(kinked, slope, near, {.epsilons = {1e-1, 1e-2, 1e-3, 1e-4, 1e-6}}).passed);
}

TEST_CASE("autodiff: gradcheck fails where a value or a gradient is not a number") {
  const auto none = [](std::span<const double>) { return std::numeric_limits<double>::quiet_NaN(); };
  CHECK_FALSE(gradcheck(none, cubes_gradient, kPoint).passed);
}

TEST_CASE("autodiff: gradcheck refuses what it cannot check") {
  using testing::contains;
  using testing::error_of;
  CHECK(contains(error_of(ErrorCode::usage, [] { gradcheck(cubes, cubes_gradient, std::vector<double>()); }),
                 "no values"));
  CHECK(contains(error_of(ErrorCode::usage, [] { gradcheck(cubes, cubes_gradient, kPoint, {.epsilons = {-1}}); }),
                 "a step of -1"));
}

}  // namespace
}  // namespace impasto
