// How L-BFGS's pairs lie in memory: as numbers of T, or in 16 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "impasto/context.h"
#include "impasto/optimisers.h"
#include "optimise/state_visitor.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// Values that are read of all pairs in turn: 256 come 20 % slower on Zen 3.
inline constexpr Index kPairBlock = 1024;

/// Slots for pairs s, y, read and written by blocks: `at` is a multiple of kPairBlock, `count` at most that many. Sums
/// are in double, with the same bits for every SIMD target.
///
/// `single` keeps T's own numbers. `half` keeps IEEE halves and, for each block of s and of y, the power of two that
/// brings its largest value to 2^14 or more and below 2^15: values down to 2^-28 of the largest are within a
/// 2^-11 of themselves. All products are of what is kept, so that the direction is exactly that of the rounded pairs.
///
/// Thread safety: other blocks, other threads.
template <class T>
class PairStore {
 public:
  using Slot = std::size_t;
  /// Products of one pair with the newest y and the gradient g.
  struct Products {
    double sy = 0, yy = 0, sg = 0, yg = 0;
  };

  virtual ~PairStore() = default;
  /// Writes what `keep` would keep of y to new_y, and adds the products of that and of s to `to`.
  virtual void round(const T* s, const T* y, const double* g, Index count, double* new_y, Products& to) const = 0;
  virtual void keep(Slot slot, Index at, const T* s, const T* y, Index count) = 0;
  virtual void add_products(Slot slot, Index at, const double* y, const double* g, Index count, Products& to) const = 0;
  /// sum += of_s s + of_y y
  virtual void combine(Slot slot, Index at, double of_s, double of_y, Index count, double* sum) const = 0;
  /// Of one slot, under names that end in `name`.
  virtual void visit_state(StateVisitor<T>& visitor, Slot slot, const std::string& name) = 0;
};

/// Room for `slots` pairs of `count` values.
template <class T>
std::unique_ptr<PairStore<T>> make_pair_store(HistoryPrecision precision, std::size_t slots, Index count,
                                              const Context& context);
/// Bytes that takes.
template <class T>
std::uint64_t pair_store_bytes(HistoryPrecision precision, std::size_t slots, Index count);

extern template std::unique_ptr<PairStore<float>> make_pair_store(HistoryPrecision, std::size_t, Index, const Context&);
extern template std::unique_ptr<PairStore<double>> make_pair_store(HistoryPrecision, std::size_t, Index,
                                                                   const Context&);
extern template std::uint64_t pair_store_bytes<float>(HistoryPrecision, std::size_t, Index);
extern template std::uint64_t pair_store_bytes<double>(HistoryPrecision, std::size_t, Index);

}  // namespace impasto::IMPASTO_ABI
