// What moves a picture downhill: one interface for Adam and L-BFGS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "impasto/context.h"
#include "impasto/options.h"
#include "optimise/state_visitor.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// A function of many variables, and the point it is looked at. `evaluate` computes the loss at x and leaves its
/// gradient in `gradient`; the optimiser moves x between evaluations, nobody else does between steps.
template <class T>
struct Problem {
  std::span<T> x;
  std::span<const T> gradient;
  std::function<double()> evaluate;
};

struct OptimiserStep {
  double loss = 0;         ///< Adam: before the update, L-BFGS: at the new point
  int evaluations = 1;     ///< of the problem in this step
  int reported = 0;        ///< which of them, from 0, `loss` comes from; -1: of an earlier step
  bool restarted = false;  ///< L-BFGS: its history led nowhere and was forgotten; it goes on along the gradient
  bool stuck = false;      ///< no step lowers the loss: x is as good as it gets, further steps do nothing
  bool diverged = false;  ///< loss or gradient at x left the range of numbers: x is unchanged, further steps are futile
};

/// Thread safety: one thread at a time.
template <class T>
class Optimiser {
 public:
  virtual ~Optimiser() = default;
  /// One iteration: at least one evaluation, and a new x, unless `stuck` or `diverged`.
  virtual OptimiserStep step(const Problem<T>& problem) = 0;
  /// Where the last step began, as many values as x; null: it keeps no copy of that.
  virtual const T* origin() const { return nullptr; }
  /// What it holds beside x and gradient.
  virtual std::uint64_t bytes() const = 0;
  /// What the next step needs to know of those before it. What is loaded into must be made of the same options.
  virtual void visit_state(StateVisitor<T>& visitor) = 0;
};

/// The optimiser that options.optimiser names, for variables of this shape: H x W x 3 of a picture.
template <class T>
std::unique_ptr<Optimiser<T>> make_optimiser(const Options& options, const Shape& x, const Context& context);

/// Optimiser::bytes() of what that would be, before it is made.
template <class T>
std::uint64_t optimiser_bytes(const Options& options, const Shape& x);

extern template std::unique_ptr<Optimiser<float>> make_optimiser(const Options&, const Shape&, const Context&);
extern template std::unique_ptr<Optimiser<double>> make_optimiser(const Options&, const Shape&, const Context&);
extern template std::uint64_t optimiser_bytes<float>(const Options&, const Shape&);
extern template std::uint64_t optimiser_bytes<double>(const Options&, const Shape&);

}  // namespace impasto::IMPASTO_ABI
