#include "optimise/average.h"

#include <span>

#include "base/check.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {

template <class T>
IterateAverage<T>::IterateAverage(double decay, Index count, const Context& context)
    : decay_(decay), context_(context), sum_({count}, T(0), context) {}

template <class T>
void IterateAverage<T>::add(std::span<const T> x) {
  IMPASTO_ASSERT(static_cast<Index>(x.size()) == sum_.shape().count());
  weight_ = decay_ * weight_ + (1 - decay_);
  const T decay = static_cast<T>(decay_);
  for_ranges(context_, sum_.shape().count(), [decay, from = x.data(), sum = sum_.data()](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) sum[i] = from[i] + decay * (sum[i] - from[i]);
  });
}

template <class T>
void IterateAverage<T>::mean(std::span<T> out) const {
  IMPASTO_ASSERT(static_cast<Index>(out.size()) == sum_.shape().count() && weight_ > 0);
  const T factor = static_cast<T>(1 / weight_);
  for_ranges(context_, sum_.shape().count(), [factor, to = out.data(), sum = sum_.data()](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] = sum[i] * factor;
  });
}

template <class T>
void IterateAverage<T>::visit_state(StateVisitor<T>& visitor) {
  visitor.number("average.weight", weight_);
  visitor.check(weight_ >= 0 && weight_ <= 1, "average.weight");
  visitor.values("average.sum", sum_.values());
}

template class IterateAverage<float>;
template class IterateAverage<double>;

}  // namespace impasto::IMPASTO_ABI
