#include "optimise/curvature_pairs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "kernel/ranges.h"
#include "kernel/simd/wide_sums.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr Index kPieces = 64;              // at most; enough for any number of threads, few enough to add up quickly
constexpr Index kBlock = 1024;             // values that are read of all pairs in turn: 256 come 20 % slower on Zen 3
constexpr std::size_t kProducts = 4;       // per pair: s.y, y.y, s.g, y.g
constexpr double kLeastCurvature = 1e-10;  // s.y of a pair worth keeping

using Block = std::array<double, kBlock>;

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

// body(piece, begin, end) over [0, count) in pieces that depend on count alone; returns how many.
template <class Body>
Index for_pieces(const Context& context, Index count, Body&& body) {
  const Index pieces = std::min(kPieces, (count + 4 * kBlock - 1) / (4 * kBlock));
  parallel_for(context, pieces, [&](Index i, int) {
    body(static_cast<std::size_t>(i), piece_begin(count, i, pieces), piece_begin(count, i + 1, pieces));
  });
  return pieces;
}

// directions[i] of `pieces` as one.
Direction joined(const std::array<Direction, kPieces>& directions, Index pieces) {
  Direction all;
  for (std::size_t i = 0; i < static_cast<std::size_t>(pieces); ++i) {
    all.slope += directions[i].slope;
    all.longest = std::max(all.longest, directions[i].longest);
    all.norm1 += directions[i].norm1;
  }
  return all;
}

// What the values of d at [0, count) add to it.
template <class T>
void describe(Direction& direction, const T* d, const T* g, Index count) {
  direction.slope += sum_of(0, count, [=](Index i) { return static_cast<double>(g[i]) * static_cast<double>(d[i]); });
  direction.norm1 += sum_of(0, count, [=](Index i) { return std::abs(static_cast<double>(d[i])); });
  std::array<T, 8> longest{};
  Index i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) {
      longest[lane] = std::max(longest[lane], std::abs(d[i + static_cast<Index>(lane)]));
    }
  }
  for (; i < count; ++i) longest[0] = std::max(longest[0], std::abs(d[i]));
  direction.longest =
      std::max(direction.longest, static_cast<double>(*std::max_element(longest.begin(), longest.end())));
}

}  // namespace

template <class T>
Index CurvaturePairs<T>::stride(Index count) {
  return static_cast<Index>(aligned_bytes(static_cast<std::size_t>(count) * sizeof(T)) / sizeof(T));
}

template <class T>
std::uint64_t CurvaturePairs<T>::bytes(int history, Index count) {
  const std::uint64_t slots = static_cast<std::uint64_t>(history) + 1;
  const std::uint64_t numbers = 2 * slots * slots + kProducts * slots * (1 + kPieces) + 2 * slots;
  return 2 * slots * static_cast<std::uint64_t>(stride(count)) * sizeof(T) + numbers * sizeof(double);
}

template <class T>
CurvaturePairs<T>::CurvaturePairs(int history, Index count, const Context& context)
    : context_(context),
      count_(count),
      stride_(stride(count)),
      slots_(static_cast<Slot>(history) + 1),
      memory_({2 * static_cast<Index>(slots_), stride_}, context),
      sy_(slots_ * slots_),
      yy_(slots_ * slots_),
      sums_(kProducts * slots_),
      piece_sums_(kPieces * kProducts * slots_),
      of_s_(slots_),
      of_y_(slots_) {
  IMPASTO_ASSERT(history >= 1);
  order_.reserve(slots_);
}

template <class T>
Direction CurvaturePairs<T>::forget(std::span<const T> gradient) {
  order_.clear();
  T *d = s(work_), *before = y(work_);
  const T* g = gradient.data();
  std::array<Direction, kPieces> directions;
  const Index pieces = for_pieces(context_, count_, [&, d, before, g](std::size_t piece, Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      before[i] = g[i];
      d[i] = -g[i];
    }
    directions[piece] = {};
    describe(directions[piece], d + begin, g + begin, end - begin);
  });
  return joined(directions, pieces);
}

template <class T>
Direction CurvaturePairs<T>::turn(double t, std::span<const T> gradient) {
  measure(t, gradient);
  const Slot newest = work_;
  const bool remembered = remember();
  solve();
  return combine(t, gradient.data(), newest, remembered);
}

template <class T>
void CurvaturePairs<T>::visit_state(StateVisitor<T>& visitor) {
  const std::size_t last = slots_ - 1;
  visitor.count("pairs.work", work_, 0, static_cast<std::int64_t>(last));
  visitor.wholes("pairs.order", order_, last, last);
  std::vector<bool> taken(slots_, false);
  taken[work_] = true;
  for (const Slot slot : order_) {
    visitor.check(!taken[slot], "pairs.order");
    taken[slot] = true;
  }
  visitor.values("pairs.direction", row_values(s(work_)));
  visitor.values("pairs.gradient", row_values(y(work_)));
  for (std::size_t age = 0; age < order_.size(); ++age) {
    visitor.values("pairs.s." + std::to_string(age), row_values(s(order_[age])));
    visitor.values("pairs.y." + std::to_string(age), row_values(y(order_[age])));
  }
  visit_products(visitor);
}

template <class T>
void CurvaturePairs<T>::visit_products(StateVisitor<T>& visitor) {
  const auto visit = [&](const char* name, auto&& product) {
    std::vector<double> products;
    for (const Slot i : order_) {
      for (const Slot j : order_) products.push_back(product(i, j));
    }
    visitor.numbers(name, products);
    std::size_t k = 0;
    for (const Slot i : order_) {
      for (const Slot j : order_) product(i, j) = products[k++];
    }
  };
  visit("pairs.sy", [this](Slot i, Slot j) -> double& { return sy(i, j); });
  visit("pairs.yy", [this](Slot i, Slot j) -> double& { return yy(i, j); });
}

// sums_ of all pairs and of the one in the making.
template <class T>
void CurvaturePairs<T>::measure(double t, std::span<const T> gradient) {
  const std::size_t numbers = kProducts * slots_;
  const Index pieces = for_pieces(context_, count_, [&](std::size_t piece, Index begin, Index end) {
    double* products = piece_sums_.data() + piece * numbers;
    std::fill_n(products, numbers, 0.0);
    for (Index at = begin; at < end; at += kBlock) {
      add_products(at, std::min(at + kBlock, end), t, gradient.data(), products);
    }
  });
  std::fill(sums_.begin(), sums_.end(), 0.0);
  for (std::size_t piece = 0; piece < static_cast<std::size_t>(pieces); ++piece) {
    for (std::size_t k = 0; k < numbers; ++k) sums_[k] += piece_sums_[piece * numbers + k];
  }
}

// The share of one block. s and y of the pair in the making are rounded to T first, as `combine` will store them.
template <class T>
void CurvaturePairs<T>::add_products(Index begin, Index end, double t, const T* gradient, double* products) {
  const T *d = s(work_) + begin, *before = y(work_) + begin, *now = gradient + begin;
  const Index count = end - begin;
  std::array<T, kBlock> new_pair_s, new_pair_y;
  Block new_y, g;
  for (Index i = 0; i < count; ++i) {
    const std::size_t at = static_cast<std::size_t>(i);
    g[at] = static_cast<double>(now[i]);
    new_pair_s[at] = static_cast<T>(t) * d[i];
    new_pair_y[at] = now[i] - before[i];
    new_y[at] = static_cast<double>(new_pair_y[at]);
  }
  const Sums<T> sums(context_.target());
  const auto add = [&](const T* of_s, const T* of_y, Slot slot) {
    double* to = products + kProducts * slot;
    sums.products(of_s, new_y.data(), g.data(), count, to[0], to[2]);
    sums.products(of_y, new_y.data(), g.data(), count, to[1], to[3]);
  };
  for (const Slot slot : order_) add(s(slot) + begin, y(slot) + begin, slot);
  add(new_pair_s.data(), new_pair_y.data(), work_);
}

// Makes the pair at work_ the newest, if its curvature is positive; work_ is then a free slot.
template <class T>
bool CurvaturePairs<T>::remember() {
  const Slot newest = work_;
  if (!(sums_[kProducts * newest] > kLeastCurvature)) return false;
  if (order_.size() + 1 == slots_) order_.erase(order_.begin());
  order_.push_back(newest);
  work_ = (newest + 1) % slots_;  // slots are taken in turn: it is free, or was the oldest pair's
  for (const Slot slot : order_) {
    sy(slot, newest) = sums_[kProducts * slot];
    yy(slot, newest) = yy(newest, slot) = sums_[kProducts * slot + 1];
  }
  return true;
}

// Algorithm 7.4 on coefficients: d = of_g g + sum (of_s s + of_y y).
template <class T>
void CurvaturePairs<T>::solve() {
  const std::size_t k = order_.size();
  of_g_ = -1;
  if (k == 0) return;
  const double gamma = sy(order_[k - 1], order_[k - 1]) / yy(order_[k - 1], order_[k - 1]);
  // q = g - sum alpha y; alpha is kept in of_y.
  for (std::size_t n = k; n-- > 0;) {
    const Slot i = order_[n];
    double s_q = sums_[kProducts * i + 2];
    for (std::size_t m = n + 1; m < k; ++m) s_q -= of_y_[order_[m]] * sy(i, order_[m]);
    of_y_[i] = s_q / sy(i, i);
  }
  // r = gamma q + sum (alpha - beta) s, the difference in of_s.
  for (std::size_t n = 0; n < k; ++n) {
    const Slot i = order_[n];
    double y_q = sums_[kProducts * i + 3], y_r = 0;
    for (const Slot j : order_) y_q -= of_y_[j] * yy(i, j);
    for (std::size_t m = 0; m < n; ++m) y_r += of_s_[order_[m]] * sy(order_[m], i);
    of_s_[i] = of_y_[i] - (gamma * y_q + y_r) / sy(i, i);
  }
  of_g_ = -gamma;
  for (const Slot i : order_) {
    of_s_[i] = -of_s_[i];
    of_y_[i] = gamma * of_y_[i];
  }
}

// d from the coefficients, s and y of the newest pair and the gradient, each to its place.
template <class T>
Direction CurvaturePairs<T>::combine(double t, const T* gradient, Slot newest, bool remembered) {
  std::array<Direction, kPieces> directions;
  const Index pieces = for_pieces(context_, count_, [&](std::size_t piece, Index begin, Index end) {
    directions[piece] = combine_piece(begin, end, t, gradient, newest, remembered);
  });
  return joined(directions, pieces);
}

template <class T>
Direction CurvaturePairs<T>::combine_piece(Index begin, Index end, double t, const T* gradient, Slot newest,
                                           bool remembered) {
  const Sums<T> sums(context_.target());
  Direction direction;
  Block sum;
  for (Index at = begin; at < end; at += kBlock) {
    const Index count = std::min(kBlock, end - at);
    const T* g = gradient + at;
    if (remembered) {
      T *step = s(newest) + at, *change = y(newest) + at;
      for (Index i = 0; i < count; ++i) {
        step[i] *= static_cast<T>(t);
        change[i] = g[i] - change[i];
      }
    }
    for (Index i = 0; i < count; ++i) sum[static_cast<std::size_t>(i)] = of_g_ * static_cast<double>(g[i]);
    for (const Slot slot : order_) {
      sums.combine(of_s_[slot], s(slot) + at, of_y_[slot], y(slot) + at, count, sum.data());
    }
    T *d = s(work_) + at, *before = y(work_) + at;
    for (Index i = 0; i < count; ++i) {
      d[i] = static_cast<T>(sum[static_cast<std::size_t>(i)]);
      before[i] = g[i];
    }
    describe(direction, d, g, count);
  }
  return direction;
}

template class CurvaturePairs<float>;
template class CurvaturePairs<double>;

}  // namespace impasto::IMPASTO_ABI
