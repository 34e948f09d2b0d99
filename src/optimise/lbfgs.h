// L-BFGS (Liu & Nocedal, "On the limited memory BFGS method for large scale optimization", 1989), as PyTorch's
// torch.optim.LBFGS runs it with line_search_fn="strong_wolfe", lr=1 and both tolerances 0; how far the first trial
// goes is options.first_decrease's to say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "optimise/curvature_pairs.h"
#include "optimise/luminance_pyramid.h"
#include "optimise/optimiser.h"
#include "optimise/wolfe_search.h"

namespace impasto::IMPASTO_ABI {

/// A step is a direction and a line search along it: one evaluation of the problem as a rule, up to
/// options.max_evaluations; the first step evaluates once more, at the start. x only ever moves to where the loss is
/// lower.
///
/// Where the loss or its gradient is not a number the line search turns back. When it finds nothing lower, the history
/// is forgotten and the search repeated along -gradient (`restarted`); when that finds nothing either, x is back at the
/// best point and the step is `stuck`. Only a start without a finite loss is `diverged`.
///
/// In variables z with x = x_0 + S z, S symmetric, the gradient is S g: history and directions are of z, and the line
/// search walks along S d. So a step takes two products with S, however many evaluations it has.
template <class T>
class Lbfgs : public Optimiser<T> {
 public:
  /// `x`: the shape of the variables; H x W x 3 unless L-BFGS moves pixels.
  Lbfgs(const LbfgsOptions& options, const Shape& x, const Context& context);
  OptimiserStep step(const Problem<T>& problem) override;
  const T* origin() const override { return origin_.data(); }
  std::uint64_t bytes() const override { return bytes_for(options_, origin_.shape()); }

  void visit_state(StateVisitor<T>& visitor) override;

  /// Pairs it knows at present.
  int history() const noexcept { return pairs_.size(); }
  static std::uint64_t bytes_for(const LbfgsOptions& options, const Shape& x);

 private:
  bool begin(const Problem<T>& problem, OptimiserStep& step);
  bool search(const Problem<T>& problem, OptimiserStep& step);
  void move_to(std::span<T> x, double t);
  double slope_of(std::span<const T> gradient);
  void start_again(std::span<const T> gradient);
  std::span<const T> in_variables(std::span<const T> x);

  LbfgsOptions options_;
  Index count_;
  Context context_;
  CurvaturePairs<T> pairs_;
  std::optional<LuminancePyramid<T>> map_;  // S
  Tensor<T> mapped_;                        // S d while the line search walks, S g when it has ended
  const T* path_ = nullptr;                 // what the line search walks along
  Tensor<T> origin_;                        // where the line search began
  Tensor<T> best_gradient_;                 // of its best point, once it has looked further
  Direction direction_;
  double loss_ = 0, first_trial_ = 1;
  bool begun_ = false, stuck_ = false;
};

/// The longest history up to that of `wanted` for floats of this shape that stays within the budget; 0: not even one
/// pair fits.
int history_that_fits(LbfgsOptions wanted, const Shape& x, std::uint64_t budget_bytes);

extern template class Lbfgs<float>;
extern template class Lbfgs<double>;

}  // namespace impasto::IMPASTO_ABI
