// What L-BFGS remembers of the curvature: pairs of differences, and the direction they turn a gradient into.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "impasto/context.h"
#include "impasto/optimisers.h"
#include "optimise/pair_store.h"
#include "optimise/state_visitor.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// A direction d as the line search sees it, g the gradient where it begins.
struct Direction {
  double slope = 0;    ///< g . d
  double longest = 0;  ///< largest |d_i|
  double norm1 = 0;    ///< sum of |d_i|
};

/// Pairs s = step, y = change of the gradient over it, newest last, and d = -H g with H the inverse Hessian that the
/// pairs make of gamma = s.y / y.y of the newest (Nocedal & Wright, algorithm 7.4).
///
/// The two loops of that algorithm run on numbers instead of vectors: d is a combination of g, the s and the y, and its
/// coefficients follow from the products s.y, y.y, s.g and y.g alone (Byrd, Nocedal & Schnabel, "Representations of
/// quasi-Newton matrices", 1994; Chen, Wang & Zhou, "Large-scale L-BFGS using MapReduce", 2014). Both forms read every
/// pair twice, but the printed one also rewrites d for each, and all threads wait for each other in between: it takes
/// at least one and a half times as long. Products and combinations are summed in double, in pieces that depend on
/// `count` alone: the same bits for any number of threads and any SIMD target.
///
/// The pairs may be kept in 16 bits (PairStore); d, and the gradient before, are of T. Thread safety: one thread at a
/// time.
template <class T>
class CurvaturePairs {
 public:
  /// Room for options.history pairs of `count` values.
  CurvaturePairs(const LbfgsOptions& options, Index count, const Context& context);
  /// Bytes that takes.
  static std::uint64_t bytes(const LbfgsOptions& options, Index count);

  /// d, from where gradient() was measured.
  const T* direction() const noexcept { return direction_.data(); }
  std::span<const T> gradient() const noexcept { return gradient_.values(); }
  /// Pairs known: 0 after `forget`, at most `history`.
  int size() const noexcept { return static_cast<int>(order_.size()); }

  /// Forgets all pairs: d = -g. `gradient` may be gradient().
  Direction forget(std::span<const T> gradient);
  /// Of pairs that `forget` was called on once.
  void visit_state(StateVisitor<T>& visitor);
  /// After a step of t d to a point with this gradient: notes the pair, unless s.y <= 1e-10, and makes the next d.
  Direction turn(double t, std::span<const T> gradient);

 private:
  using Slot = std::size_t;
  using Products = typename PairStore<T>::Products;

  void visit_products(StateVisitor<T>& visitor);
  double& sy(Slot i, Slot j) { return sy_[i * slots_ + j]; }
  double& yy(Slot i, Slot j) { return yy_[i * slots_ + j]; }

  void measure(double t, std::span<const T> gradient);
  void add_products(Index at, Index count, double t, const T* gradient, Products* products) const;
  bool remember();
  void solve();
  Direction combine(double t, const T* gradient, bool remembered);
  Direction combine_piece(Index begin, Index end, double t, const T* gradient, bool remembered);
  void new_pair(Index at, Index count, double t, const T* gradient, T* s, T* y) const;

  Context context_;
  Index count_;
  Slot slots_;  // pairs there is room for
  std::unique_ptr<PairStore<T>> store_;
  Tensor<T> direction_, gradient_;
  std::vector<Slot> order_;     // pairs from oldest to newest
  std::vector<double> sy_;      // s_i . y_j for i not newer than j
  std::vector<double> yy_;      // y_i . y_j, both ways round
  std::vector<Products> sums_;  // of every slot with the newest y and g; at slots_ of the pair in the making
  std::vector<Products> piece_sums_;
  std::vector<double> of_s_, of_y_;  // coefficients of the pairs in d
  double of_g_ = 0;                  // and of g
};

extern template class CurvaturePairs<float>;
extern template class CurvaturePairs<double>;

}  // namespace impasto::IMPASTO_ABI
