// The check itself, for any function.
#include "impasto/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

// What rounding of the value itself leaves in a difference quotient: a few units in its last place.
double rounding_of(double value, double epsilon) {
  return 8 * std::numeric_limits<double>::epsilon() * std::abs(value) / epsilon;
}

// Slopes to both sides of an element, at one step.
struct Slopes {
  double above, below;
  double central() const { return (above + below) / 2; }
};

// The step whose two slopes agree best: they part by the curvature times the step, or, over a kink, by a constant.
std::size_t best_step(const std::vector<Slopes>& slopes, const std::vector<double>& epsilons, double value) {
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < slopes.size(); ++k) {
    const double doubt = std::abs(slopes[k].above - slopes[k].below) + rounding_of(value, epsilons[k]);
    if (!(doubt < least)) continue;  // nor is a slope that is not a number
    least = doubt;
    best = k;
  }
  return best;
}

}  // namespace

std::string GradcheckResult::describe() const {
  return text("element ", worst.index, ": analytic ", worst.analytic, ", numeric ", worst.numeric, " (step ",
              worst.epsilon, "), error over tolerance ", worst.error);
}

GradcheckResult gradcheck(const ValueFunction& value, const GradientFunction& gradient, std::span<const double> x,
                          const GradcheckOptions& options) {
  require(!x.empty(), ErrorCode::usage, "gradcheck got a point of no values; wanted at least one");
  require(!options.epsilons.empty() && options.most > 0, ErrorCode::usage,
          "gradcheck got no steps or no elements to try; wanted at least one of each");
  for (const double epsilon : options.epsilons)
    require(std::isfinite(epsilon) && epsilon > 0, ErrorCode::usage, "gradcheck got a step of ", epsilon,
            "; wanted a number above 0");
  std::vector<double> at(x.begin(), x.end()), analytic(x.size(), 0.0);
  gradient(at, analytic);
  const double here = value(at);
  double largest = 0;
  for (const double g : analytic) largest = std::max(largest, std::abs(g));
  const double unit = largest > 0 ? largest : 1;

  GradcheckResult result;
  result.tried = std::min(x.size(), options.most);
  for (const double epsilon : options.epsilons) result.curve.push_back({epsilon, 0});
  std::vector<Slopes> slopes(options.epsilons.size());
  for (std::size_t k = 0; k < result.tried; ++k) {
    const std::size_t i = static_cast<std::size_t>(std::uint64_t{x.size()} * k / result.tried);
    for (std::size_t e = 0; e < slopes.size(); ++e) {
      const double epsilon = options.epsilons[e];
      at[i] = x[i] + epsilon;
      const double above = value(at);
      at[i] = x[i] - epsilon;
      slopes[e] = {(above - here) / epsilon, (here - value(at)) / epsilon};
      at[i] = x[i];
      double& worst = result.curve[e].error;
      const double error = std::abs(analytic[i] - slopes[e].central()) / unit;
      if (!std::isnan(worst) && !(error <= worst)) worst = error;  // also when not a number
    }
    const std::size_t chosen = best_step(slopes, options.epsilons, here);
    const double numeric = slopes[chosen].central(), epsilon = options.epsilons[chosen];
    const double tolerance = options.absolute + rounding_of(here, epsilon) + options.relative * std::abs(numeric) +
                             options.of_largest * largest;
    const double error = std::abs(analytic[i] - numeric) / tolerance;
    if (k == 0 || (!std::isnan(result.worst.error) && !(error <= result.worst.error)))
      result.worst = {i, analytic[i], numeric, epsilon, error};
  }
  result.passed = result.worst.error <= 1;
  return result;
}

}  // namespace impasto::IMPASTO_ABI
