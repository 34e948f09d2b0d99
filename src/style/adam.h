// Adam (Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015).
#pragma once

#include "impasto/context.h"
#include "impasto/options.h"
#include "tensor/tensor.h"

namespace impasto {

/// m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2, then with step t from 1:
///   pytorch  x -= rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + epsilon)
///   keras    x -= rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon)
/// The two differ only in what epsilon is added to. Thread safety: one thread at a time.
template <class T>
class Adam {
 public:
  /// State for `count` parameters; allocates 2 * count values.
  Adam(const AdamOptions& options, Index count, const Context& context);
  /// One update of x by its gradient.
  void step(std::span<T> x, std::span<const T> gradient);

 private:
  AdamOptions options_;
  Context context_;
  Tensor<T> m_, v_;
  int t_ = 0;
};

extern template class Adam<float>;
extern template class Adam<double>;

}  // namespace impasto
