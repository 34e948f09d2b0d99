#include "optimise/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {
namespace {

template <class T>
void copy_values(const Context& context, std::span<const T> from, T* to) {
  for_ranges(context, static_cast<Index>(from.size()),
             [from = from.data(), to](Index begin, Index end) { std::copy(from + begin, from + end, to + begin); });
}

}  // namespace

template <class T>
Lbfgs<T>::Lbfgs(const LbfgsOptions& options, const Shape& x, const Context& context)
    : options_(options),
      count_(x.count()),
      context_(context),
      pairs_(options, x.count(), context),
      origin_(x, context),
      best_gradient_(x, context) {
  if (options.variables == LbfgsVariables::pixels) return;
  map_.emplace(options.variables, x, context);
  mapped_ = Tensor<T>(x, context);
}

template <class T>
std::uint64_t Lbfgs<T>::bytes_for(const LbfgsOptions& options, const Shape& x) {
  const bool is_mapped = options.variables != LbfgsVariables::pixels;
  const std::uint64_t pictures = is_mapped ? 3 : 2;
  return CurvaturePairs<T>::bytes(options, x.count()) + pictures * static_cast<std::uint64_t>(x.count()) * sizeof(T) +
         (is_mapped ? LuminancePyramid<T>::bytes(x) : 0);
}

template <class T>
OptimiserStep Lbfgs<T>::step(const Problem<T>& problem) {
  IMPASTO_ASSERT(static_cast<Index>(problem.x.size()) == count_ &&
                 static_cast<Index>(problem.gradient.size()) == count_);
  OptimiserStep step{.evaluations = 0, .reported = -1};
  if (!begun_ && !begin(problem, step)) return step;
  if (!stuck_ && !search(problem, step)) {
    step.restarted = pairs_.size() > 0;
    if (step.restarted) start_again(pairs_.gradient());
    stuck_ = !step.restarted || !search(problem, step);
  }
  step.loss = loss_;
  step.stuck = stuck_;
  return step;
}

template <class T>
void Lbfgs<T>::visit_state(StateVisitor<T>& visitor) {
  visitor.flag("lbfgs.begun", begun_);
  visitor.flag("lbfgs.stuck", stuck_);
  if (!begun_) return;
  visitor.number("lbfgs.loss", loss_);
  visitor.number("lbfgs.first_trial", first_trial_);
  visitor.number("lbfgs.slope", direction_.slope);
  visitor.number("lbfgs.longest", direction_.longest);
  visitor.number("lbfgs.norm1", direction_.norm1);
  pairs_.visit_state(visitor);
}

// Loss and gradient at the start; false: they are not numbers.
template <class T>
bool Lbfgs<T>::begin(const Problem<T>& problem, OptimiserStep& step) {
  step.loss = loss_ = problem.evaluate();
  step.evaluations = 1;
  step.reported = 0;
  start_again(in_variables(problem.gradient));
  const double trial = options_.first_decrease * loss_ / -direction_.slope;
  if (trial > 0 && std::isfinite(trial * direction_.longest)) first_trial_ = trial;
  step.diverged = !std::isfinite(loss_) || !std::isfinite(direction_.slope);
  begun_ = !step.diverged;
  return begun_;
}

// S x, in mapped_.
template <class T>
std::span<const T> Lbfgs<T>::in_variables(std::span<const T> x) {
  if (!map_) return x;
  map_->apply(x, mapped_.values());
  return mapped_.values();
}

// Along -gradient, whose length says nothing about how far: the first trial moves all variables by 1 together.
template <class T>
void Lbfgs<T>::start_again(std::span<const T> gradient) {
  direction_ = pairs_.forget(gradient);
  first_trial_ = std::min(1.0, 1 / direction_.norm1);
}

// One line search; x ends at its result. False: nothing lower was found, and x is where it was.
template <class T>
bool Lbfgs<T>::search(const Problem<T>& problem, OptimiserStep& step) {
  if (!(direction_.slope < 0)) return false;
  copy_values<T>(context_, problem.x, origin_.data());
  path_ = in_variables({pairs_.direction(), static_cast<std::size_t>(count_)}).data();
  const int reported_before = step.reported;
  WolfeSearch wolfe({0, loss_, direction_.slope}, first_trial_, direction_.longest, {options_.max_evaluations});
  while (!wolfe.finished()) {
    move_to(problem.x, wolfe.trial());
    const double loss = problem.evaluate();
    wolfe.answer(loss, slope_of(problem.gradient));
    ++step.evaluations;
    if (!wolfe.advanced()) continue;
    step.reported = step.evaluations - 1;
    if (wolfe.finished()) break;
    copy_values<T>(context_, problem.gradient, best_gradient_.data());
  }
  const LinePoint& found = wolfe.result();
  const bool lower = found.value < loss_;
  if (!lower || !wolfe.advanced()) move_to(problem.x, lower ? found.t : 0);
  if (!lower) {
    step.reported = reported_before;
    return false;
  }
  loss_ = found.value;
  const std::span<const T> gradient = in_variables(wolfe.advanced() ? problem.gradient : best_gradient_.values());
  direction_ = pairs_.turn(found.t, gradient);
  first_trial_ = 1;
  if (!(direction_.slope < 0) && pairs_.size() > 0) {
    start_again(gradient);
    step.restarted = true;
  }
  return true;
}

// x = origin + t S d; the origin's own bits for t = 0.
template <class T>
void Lbfgs<T>::move_to(std::span<T> x, double t) {
  const T *origin = origin_.data(), *d = path_;
  T* to = x.data();
  for_ranges(context_, count_, [origin, d, to, t](Index begin, Index end) {
    if (t == 0) {
      std::copy(origin + begin, origin + end, to + begin);
    } else {
      for (Index i = begin; i < end; ++i) to[i] = origin[i] + static_cast<T>(t) * d[i];
    }
  });
}

// gradient . S d. Any value of the gradient that is not finite makes the sum not finite, even where d is 0.
template <class T>
double Lbfgs<T>::slope_of(std::span<const T> gradient) {
  const T *g = gradient.data(), *d = path_;
  return sum_pieces(context_, count_, [g, d](Index begin, Index end) {
    return sum_of(begin, end, [g, d](Index i) { return static_cast<double>(g[i]) * static_cast<double>(d[i]); });
  });
}

int history_that_fits(LbfgsOptions wanted, const Shape& x, std::uint64_t budget_bytes) {
  while (wanted.history > 0 && Lbfgs<float>::bytes_for(wanted, x) > budget_bytes) --wanted.history;
  return wanted.history;
}

template class Lbfgs<float>;
template class Lbfgs<double>;

}  // namespace impasto::IMPASTO_ABI
