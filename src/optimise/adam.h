// Adam (Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "optimise/optimiser.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2, then with step t from 1 and rate = learning_rate decay^((t-1)/100):
///   pytorch  x -= rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + epsilon)
///   keras    x -= rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon)
/// The two differ only in what epsilon is added to.
template <class T>
class Adam : public Optimiser<T> {
 public:
  /// State for `count` variables; allocates 2 * count values.
  Adam(const AdamOptions& options, Index count, const Context& context);
  /// Evaluates, then updates. `diverged` and no update for a loss that is not finite, or a gradient whose squares would
  /// leave the range of T: v would be infinite, and the picture stand still unnoticed.
  OptimiserStep step(const Problem<T>& problem) override;
  std::uint64_t bytes() const override { return bytes_for(m_.shape().count()); }
  void visit_state(StateVisitor<T>& visitor) override;
  static std::uint64_t bytes_for(Index count) { return 2 * sizeof(T) * static_cast<std::uint64_t>(count); }

  /// One update of x by a gradient that is at hand.
  void update(std::span<T> x, std::span<const T> gradient);

 private:
  AdamOptions options_;
  Context context_;
  Tensor<T> m_, v_;
  int t_ = 0;
};

extern template class Adam<float>;
extern template class Adam<double>;

}  // namespace impasto::IMPASTO_ABI
