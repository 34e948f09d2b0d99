// A function written in a few lines as what an optimiser takes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "optimise/optimiser.h"

namespace impasto::testing {

template <class T>
struct FunctionProblem {
  /// Loss at x; writes the gradient.
  using Function = std::function<double(std::span<const T> x, std::span<T> gradient)>;

  std::vector<T> x, gradient;
  Function function;
  Problem<T> problem;
  int evaluations = 0;

  FunctionProblem(std::vector<T> start, Function of)
      : x(std::move(start)), gradient(x.size()), function(std::move(of)), problem{x, gradient, [this] {
                                                                                    ++evaluations;
                                                                                    return function(x, gradient);
                                                                                  }} {}
  FunctionProblem(const FunctionProblem&) = delete;
  FunctionProblem& operator=(const FunctionProblem&) = delete;
};

/// sum 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2
template <class T>
double rosenbrock(std::span<const T> x, std::span<T> gradient) {
  double loss = 0;
  std::fill(gradient.begin(), gradient.end(), T(0));
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = static_cast<double>(x[i]), b = static_cast<double>(x[i + 1]) - a * a;
    loss += 100 * b * b + (1 - a) * (1 - a);
    gradient[i] += static_cast<T>(-400 * a * b - 2 * (1 - a));
    gradient[i + 1] += static_cast<T>(200 * b);
  }
  return loss;
}

/// sum curvature[i] x[i]^2 / 2 with curvatures spread evenly over 1 .. `largest`.
template <class T>
auto quadratic(double largest) {
  return [largest](std::span<const T> x, std::span<T> gradient) {
    double loss = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double curvature =
          1 + (largest - 1) * static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(1, x.size() - 1));
      const double value = static_cast<double>(x[i]);
      loss += curvature * value * value / 2;
      gradient[i] = static_cast<T>(curvature * value);
    }
    return loss;
  };
}

}  // namespace impasto::testing
