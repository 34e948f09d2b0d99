// The mean of the iterates: it wavers less than the last of them.
#pragma once

#include <cstddef>
#include <span>

#include "impasto/context.h"
#include "optimise/state_visitor.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// Mean of the x added, each weighing `decay` times what the next one does: Polyak averaging with exponential decay and
/// the bias correction of Adam's moments,  sum_i decay^(n-i) x_i / sum_i decay^(n-i).
/// Thread safety: one thread at a time.
template <class T>
class IterateAverage {
 public:
  /// `decay` at least 0 and below 1; allocates `count` values.
  IterateAverage(double decay, Index count, const Context& context);
  void add(std::span<const T> x);
  /// Writes the mean of what was added, at least one.
  void mean(std::span<T> out) const;
  void visit_state(StateVisitor<T>& visitor);
  std::size_t bytes() const { return sizeof(T) * static_cast<std::size_t>(sum_.shape().count()); }

 private:
  double decay_;
  double weight_ = 0;  // sum of (1 - decay) decay^(n-i), tends to 1
  Context context_;
  Tensor<T> sum_;
};

extern template class IterateAverage<float>;
extern template class IterateAverage<double>;

}  // namespace impasto::IMPASTO_ABI
