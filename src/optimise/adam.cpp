#include "optimise/adam.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "base/check.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Whether no |g| reaches a tenth of the root of T's largest number.
template <class T>
bool usable(const Context& context, std::span<const T> gradient) {
  const T limit = std::sqrt(std::numeric_limits<T>::max()) / 10;
  const double outside =
      sum_pieces(context, static_cast<Index>(gradient.size()), [g = gradient.data(), limit](Index begin, Index end) {
        return sum_of(begin, end, [g, limit](Index i) { return std::abs(g[i]) < limit ? 0.0 : 1.0; });
      });
  return outside == 0;
}

}  // namespace

template <class T>
Adam<T>::Adam(const AdamOptions& options, Index count, const Context& context)
    : options_(options), context_(context), m_({count}, T(0), context), v_({count}, T(0), context) {}

template <class T>
OptimiserStep Adam<T>::step(const Problem<T>& problem) {
  OptimiserStep step;
  step.loss = problem.evaluate();
  step.diverged = !std::isfinite(step.loss) || !usable(context_, problem.gradient);
  if (!step.diverged) update(problem.x, problem.gradient);
  return step;
}

template <class T>
void Adam<T>::visit_state(StateVisitor<T>& visitor) {
  visitor.count("adam.t", t_, 0, std::numeric_limits<int>::max() - 1);
  visitor.values("adam.m", m_.values());
  visitor.values("adam.v", v_.values());
}

template <class T>
void Adam<T>::update(std::span<T> x, std::span<const T> gradient) {
  const Index count = m_.shape().count();
  IMPASTO_ASSERT(static_cast<Index>(x.size()) == count && static_cast<Index>(gradient.size()) == count);
  ++t_;
  const double correction1 = 1 - std::pow(options_.beta1, t_), correction2 = 1 - std::pow(options_.beta2, t_);
  const double decayed = options_.learning_rate * std::pow(options_.decay, (t_ - 1) / 100.0);
  const bool keras = options_.convention == AdamEpsilon::keras;
  // sqrt(v) root_factor + epsilon below, rate above.
  const T root_factor = static_cast<T>(keras ? 1 : 1 / std::sqrt(correction2));
  const T rate = static_cast<T>(decayed * (keras ? std::sqrt(correction2) : 1) / correction1);
  const T beta1 = static_cast<T>(options_.beta1), beta2 = static_cast<T>(options_.beta2);
  const T rest1 = static_cast<T>(1 - options_.beta1), rest2 = static_cast<T>(1 - options_.beta2);
  const T epsilon = static_cast<T>(options_.epsilon);
  T *m = m_.data(), *v = v_.data();
  for_ranges(context_, count, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const std::size_t at = static_cast<std::size_t>(i);
      const T g = gradient[at];
      m[i] = beta1 * m[i] + rest1 * g;
      v[i] = beta2 * v[i] + rest2 * g * g;
      x[at] -= rate * m[i] / (std::sqrt(v[i]) * root_factor + epsilon);
    }
  });
}

template class Adam<float>;
template class Adam<double>;

}  // namespace impasto::IMPASTO_ABI
