// What L-BFGS remembers of the curvature: pairs of differences, and the direction they turn a gradient into.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "impasto/context.h"
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
/// The newest s and y share their memory with d and the gradient before. Thread safety: one thread at a time.
template <class T>
class CurvaturePairs {
 public:
  /// Room for `history` pairs of `count` values.
  CurvaturePairs(int history, Index count, const Context& context);
  /// Bytes that takes.
  static std::uint64_t bytes(int history, Index count);

  /// d, from where gradient() was measured.
  const T* direction() const noexcept { return memory_.data() + row(2 * work_); }
  std::span<const T> gradient() const noexcept {
    return {memory_.data() + row(2 * work_ + 1), static_cast<std::size_t>(count_)};
  }
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
  static Index stride(Index count);

  std::span<T> row_values(T* row) { return {row, static_cast<std::size_t>(count_)}; }
  void visit_products(StateVisitor<T>& visitor);
  Index row(std::size_t i) const noexcept { return static_cast<Index>(i) * stride_; }
  T* s(Slot slot) noexcept { return memory_.data() + row(2 * slot); }
  T* y(Slot slot) noexcept { return memory_.data() + row(2 * slot + 1); }
  double& sy(Slot i, Slot j) { return sy_[i * slots_ + j]; }
  double& yy(Slot i, Slot j) { return yy_[i * slots_ + j]; }

  void measure(double t, std::span<const T> gradient);
  void add_products(Index begin, Index end, double t, const T* gradient, double* products);
  bool remember();
  void solve();
  Direction combine(double t, const T* gradient, Slot newest, bool remembered);
  Direction combine_piece(Index begin, Index end, double t, const T* gradient, Slot newest, bool remembered);

  Context context_;
  Index count_, stride_;
  Slot slots_;                // history + 1: one is in the making
  Tensor<T> memory_;          // 2 * slots_ rows: s and y of every slot
  Slot work_ = 0;             // whose s holds d and whose y holds the gradient before
  std::vector<Slot> order_;   // pairs from oldest to newest
  std::vector<double> sy_;    // s_i . y_j for i not newer than j
  std::vector<double> yy_;    // y_i . y_j, both ways round
  std::vector<double> sums_;  // s.y, y.y, s.g, y.g of every slot, y and g the newest
  std::vector<double> piece_sums_;
  std::vector<double> of_s_, of_y_;  // coefficients of the pairs in d
  double of_g_ = 0;                  // and of g
};

extern template class CurvaturePairs<float>;
extern template class CurvaturePairs<double>;

}  // namespace impasto::IMPASTO_ABI
