#include "style/adam.h"

#include <cmath>

#include "base/check.h"
#include "kernel/ranges.h"

namespace impasto {

template <class T>
Adam<T>::Adam(const AdamOptions& options, Index count, const Context& context)
    : options_(options), context_(context), m_({count}, T(0)), v_({count}, T(0)) {}

template <class T>
void Adam<T>::step(std::span<T> x, std::span<const T> gradient) {
  const Index count = m_.shape().count();
  IMPASTO_ASSERT(static_cast<Index>(x.size()) == count && static_cast<Index>(gradient.size()) == count);
  ++t_;
  const double correction1 = 1 - std::pow(options_.beta1, t_), correction2 = 1 - std::pow(options_.beta2, t_);
  const bool keras = options_.convention == AdamEpsilon::keras;
  // sqrt(v) root_factor + epsilon below, rate above.
  const T root_factor = static_cast<T>(keras ? 1 : 1 / std::sqrt(correction2));
  const T rate = static_cast<T>(options_.learning_rate * (keras ? std::sqrt(correction2) : 1) / correction1);
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

}  // namespace impasto
