#include "optimise/adam.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "kernel/ranges.h"

namespace impasto {
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

// Bilinear with half-pixel centres and clamped edges: which two of `in` values make value i of `out`, and the share of
// the upper.
struct Between {
  Index lower, upper;
  double share;
};
Between between(Index i, Index in, Index out) {
  const double at = (static_cast<double>(i) + 0.5) * static_cast<double>(in) / static_cast<double>(out) - 0.5;
  const double clamped = std::clamp(at, 0.0, static_cast<double>(in - 1));
  const Index lower = static_cast<Index>(clamped);
  return {lower, std::min(lower + 1, in - 1), clamped - static_cast<double>(lower)};
}

// to = factor * from, resized.
template <class T>
void resize(const Context& context, const T* from, PaintingSize from_size, T* to, PaintingSize size, double factor) {
  constexpr Index C = 3;
  parallel_for(context, size.height, [=](Index row, int) {
    const Between y = between(row, from_size.height, size.height);
    const T *above = from + y.lower * from_size.width * C, *below = from + y.upper * from_size.width * C;
    T* out = to + row * size.width * C;
    for (Index column = 0; column < size.width; ++column) {
      const Between x = between(column, from_size.width, size.width);
      for (Index c = 0; c < C; ++c) {
        const auto across = [&](const T* values) {
          const double left = static_cast<double>(values[x.lower * C + c]);
          return left + x.share * (static_cast<double>(values[x.upper * C + c]) - left);
        };
        const double top = across(above);
        out[column * C + c] = static_cast<T>(factor * (top + y.share * (across(below) - top)));
      }
    }
  });
}

}  // namespace

template <class T>
Adam<T>::Adam(const AdamOptions& options, Index count, const Context& context)
    : options_(options), context_(context), m_({count}, T(0)), v_({count}, T(0)) {}

template <class T>
OptimiserStep Adam<T>::step(const Problem<T>& problem) {
  OptimiserStep step;
  step.loss = problem.evaluate();
  step.diverged = !std::isfinite(step.loss) || !usable(context_, problem.gradient);
  if (!step.diverged) update(problem.x, problem.gradient);
  return step;
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

template <class T>
void Adam<T>::carry(const Adam& from, PaintingSize from_size, PaintingSize size, double ratio) {
  IMPASTO_ASSERT(from.m_.shape().count() == Index{3} * from_size.width * from_size.height);
  IMPASTO_ASSERT(m_.shape().count() == Index{3} * size.width * size.height);
  resize(context_, from.m_.data(), from_size, m_.data(), size, ratio);
  resize(context_, from.v_.data(), from_size, v_.data(), size, ratio * ratio);
  t_ = from.t_;
}

template class Adam<float>;
template class Adam<double>;

}  // namespace impasto
