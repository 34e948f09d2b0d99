// What moves a picture downhill: one interface for Adam and L-BFGS.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "impasto/context.h"
#include "impasto/options.h"
#include "tensor/shape.h"

namespace impasto {

/// A function of many variables, and the point it is looked at. `evaluate` computes the loss at x and leaves its
/// gradient in `gradient`; x may be changed between evaluations.
template <class T>
struct Problem {
  std::span<T> x;
  std::span<const T> gradient;
  std::function<double()> evaluate;
};

struct OptimiserStep {
  double loss = 0;      ///< Adam: before the update, L-BFGS: at the new point
  int evaluations = 1;  ///< of the problem in this step
  int reported = 0;     ///< which of them, from 0, `loss` comes from; -1: of an earlier step
  bool stuck = false;   ///< no step lowers the loss: x is as good as it gets
};

/// Thread safety: one thread at a time.
template <class T>
class Optimiser {
 public:
  virtual ~Optimiser() = default;
  /// One iteration: at least one evaluation, and a new x, unless `stuck`.
  virtual OptimiserStep step(const Problem<T>& problem) = 0;
  /// What it holds beside x and gradient.
  virtual std::size_t bytes() const = 0;
};

/// The optimiser that options.optimiser names, for `count` variables.
template <class T>
std::unique_ptr<Optimiser<T>> make_optimiser(const Options& options, Index count, const Context& context);

}  // namespace impasto
