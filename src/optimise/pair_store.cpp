#include "optimise/pair_store.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "base/buffer.h"
#include "base/half.h"
#include "base/ranges.h"
#include "kernel/simd/wide_sums.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {
namespace {

// WideSums for any type; in double for the tests, where speed does not matter.
template <class T>
struct Sums {
  explicit Sums(SimdTarget) {}
  void products(const T* b, const double* y, const double* g, Index count, double& by, double& bg) const {
    by += sum_of(0, count, [=](Index i) { return static_cast<double>(b[i]) * y[i]; });
    bg += sum_of(0, count, [=](Index i) { return static_cast<double>(b[i]) * g[i]; });
  }
  void combine(double a, const T* s, double b, const T* y, Index count, double* sum) const {
    for (Index i = 0; i < count; ++i) sum[i] += a * static_cast<double>(s[i]) + b * static_cast<double>(y[i]);
  }
};
template <>
struct Sums<float> : WideSums {
  explicit Sums(SimdTarget target) : WideSums(wide_sums(target)) {}
};

// Elements of a row of `count`, aligned.
template <class Element>
Index stride_of(Index count) {
  return static_cast<Index>(aligned_bytes(static_cast<std::size_t>(count) * sizeof(Element)) / sizeof(Element));
}

// Rows of s and of y of every slot.
template <class Element>
class PairRows {
 public:
  PairRows(std::size_t slots, Index count, const Context& context)
      : count_(count),
        stride_(stride_of<Element>(count)),
        memory_({2 * static_cast<Index>(slots), stride_of<Element>(count)}, context) {}
  static std::uint64_t bytes(std::size_t slots, Index count) {
    return 2 * std::uint64_t{slots} * static_cast<std::uint64_t>(stride_of<Element>(count)) * sizeof(Element);
  }
  Element* s(std::size_t slot) { return memory_.data() + static_cast<Index>(2 * slot) * stride_; }
  Element* y(std::size_t slot) { return memory_.data() + static_cast<Index>(2 * slot + 1) * stride_; }
  const Element* s(std::size_t slot) const { return memory_.data() + static_cast<Index>(2 * slot) * stride_; }
  const Element* y(std::size_t slot) const { return memory_.data() + static_cast<Index>(2 * slot + 1) * stride_; }
  std::span<Element> values(Element* row) const { return {row, static_cast<std::size_t>(count_)}; }

 private:
  Index count_, stride_;
  Tensor<Element> memory_;
};

template <class T>
class SinglePairs final : public PairStore<T> {
 public:
  using typename PairStore<T>::Slot;
  using typename PairStore<T>::Products;

  SinglePairs(std::size_t slots, Index count, const Context& context)
      : sums_(context.target()), rows_(slots, count, context) {}
  static std::uint64_t bytes(std::size_t slots, Index count) { return PairRows<T>::bytes(slots, count); }

  void round(const T* s, const T* y, const double* g, Index count, double* new_y, Products& to) const override {
    std::copy(y, y + count, new_y);
    sums_.products(s, new_y, g, count, to.sy, to.sg);
    sums_.products(y, new_y, g, count, to.yy, to.yg);
  }
  void keep(Slot slot, Index at, const T* s, const T* y, Index count) override {
    std::copy(s, s + count, rows_.s(slot) + at);
    std::copy(y, y + count, rows_.y(slot) + at);
  }
  void add_products(Slot slot, Index at, const double* y, const double* g, Index count, Products& to) const override {
    sums_.products(rows_.s(slot) + at, y, g, count, to.sy, to.sg);
    sums_.products(rows_.y(slot) + at, y, g, count, to.yy, to.yg);
  }
  void combine(Slot slot, Index at, double of_s, double of_y, Index count, double* sum) const override {
    sums_.combine(of_s, rows_.s(slot) + at, of_y, rows_.y(slot) + at, count, sum);
  }
  void visit_state(StateVisitor<T>& visitor, Slot slot, const std::string& name) override {
    visitor.values("pairs.s." + name, rows_.values(rows_.s(slot)));
    visitor.values("pairs.y." + name, rows_.values(rows_.y(slot)));
  }

 private:
  Sums<T> sums_;
  PairRows<T> rows_;
};

template <class T>
class HalfPairs final : public PairStore<T> {
 public:
  using typename PairStore<T>::Slot;
  using typename PairStore<T>::Products;
  using Half = std::uint16_t;

  HalfPairs(std::size_t slots, Index count, const Context& context)
      : sums_(half_sums(context.target())), rows_(slots, count, context), units_(slots, blocks(count), context) {}
  static std::uint64_t bytes(std::size_t slots, Index count) {
    return PairRows<Half>::bytes(slots, count) + PairRows<T>::bytes(slots, blocks(count));
  }

  void round(const T* s, const T* y, const double* g, Index count, double* new_y, Products& to) const override {
    std::array<Half, kPairBlock> half_s, half_y;
    const double unit_s = to_halves(s, count, half_s.data()), unit_y = to_halves(y, count, half_y.data());
    std::fill_n(new_y, count, 0.0);
    sums_.combine(unit_y, half_y.data(), 0, half_y.data(), count, new_y);
    add(half_s.data(), unit_s, new_y, g, count, to.sy, to.sg);
    add(half_y.data(), unit_y, new_y, g, count, to.yy, to.yg);
  }
  void keep(Slot slot, Index at, const T* s, const T* y, Index count) override {
    units_.s(slot)[at / kPairBlock] = to_halves(s, count, rows_.s(slot) + at);
    units_.y(slot)[at / kPairBlock] = to_halves(y, count, rows_.y(slot) + at);
  }
  void add_products(Slot slot, Index at, const double* y, const double* g, Index count, Products& to) const override {
    add(rows_.s(slot) + at, unit_s(slot, at), y, g, count, to.sy, to.sg);
    add(rows_.y(slot) + at, unit_y(slot, at), y, g, count, to.yy, to.yg);
  }
  void combine(Slot slot, Index at, double of_s, double of_y, Index count, double* sum) const override {
    sums_.combine(of_s * unit_s(slot, at), rows_.s(slot) + at, of_y * unit_y(slot, at), rows_.y(slot) + at, count, sum);
  }
  void visit_state(StateVisitor<T>& visitor, Slot slot, const std::string& name) override {
    visitor.halves("pairs.s." + name, rows_.values(rows_.s(slot)));
    visitor.halves("pairs.y." + name, rows_.values(rows_.y(slot)));
    visitor.values("pairs.s.unit." + name, units_.values(units_.s(slot)));
    visitor.values("pairs.y.unit." + name, units_.values(units_.y(slot)));
  }

 private:
  static Index blocks(Index count) { return (count + kPairBlock - 1) / kPairBlock; }
  double unit_s(Slot slot, Index at) const { return static_cast<double>(units_.s(slot)[at / kPairBlock]); }
  double unit_y(Slot slot, Index at) const { return static_cast<double>(units_.y(slot)[at / kPairBlock]); }

  // Gives the unit: values[i] ~ unit * halves[i]. NaN for a value that is infinite: no product with it is a number, and
  // the pair does not count.
  static T to_halves(const T* values, Index count, Half* halves) {
    const T largest = largest_magnitude(values, count);
    if (!std::isfinite(largest)) {
      std::fill_n(halves, count, Half{0});
      return std::numeric_limits<T>::quiet_NaN();
    }
    // Of floats: both powers of two are normal numbers for exponents of -111 and above.
    const int exponent = std::max(largest > 0 ? std::ilogb(largest) : 0, -100) - 14;
    const T per_unit = std::ldexp(T(1), -exponent);
    for (Index i = 0; i < count; ++i) halves[i] = half_from_bounded(static_cast<float>(values[i] * per_unit));
    return std::ldexp(T(1), exponent);
  }
  void add(const Half* b, double unit, const double* y, const double* g, Index count, double& by, double& bg) const {
    double sum_y = 0, sum_g = 0;
    sums_.products(b, y, g, count, sum_y, sum_g);
    by += unit * sum_y;
    bg += unit * sum_g;
  }

  HalfSums sums_;
  PairRows<Half> rows_;
  PairRows<T> units_;  // of every block
};

}  // namespace

template <class T>
std::unique_ptr<PairStore<T>> make_pair_store(HistoryPrecision precision, std::size_t slots, Index count,
                                              const Context& context) {
  if (precision == HistoryPrecision::half) return std::make_unique<HalfPairs<T>>(slots, count, context);
  return std::make_unique<SinglePairs<T>>(slots, count, context);
}

template <class T>
std::uint64_t pair_store_bytes(HistoryPrecision precision, std::size_t slots, Index count) {
  return precision == HistoryPrecision::half ? HalfPairs<T>::bytes(slots, count) : SinglePairs<T>::bytes(slots, count);
}

template std::unique_ptr<PairStore<float>> make_pair_store(HistoryPrecision, std::size_t, Index, const Context&);
template std::unique_ptr<PairStore<double>> make_pair_store(HistoryPrecision, std::size_t, Index, const Context&);
template std::uint64_t pair_store_bytes<float>(HistoryPrecision, std::size_t, Index);
template std::uint64_t pair_store_bytes<double>(HistoryPrecision, std::size_t, Index);

}  // namespace impasto::IMPASTO_ABI
