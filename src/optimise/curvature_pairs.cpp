#include "optimise/curvature_pairs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr Index kPieces = 64;              // at most; enough for any number of threads, few enough to add up quickly
constexpr double kLeastCurvature = 1e-10;  // s.y of a pair worth keeping

template <class Value>
using Block = std::array<Value, kPairBlock>;

// body(piece, begin, end) over [0, count) in pieces of whole blocks that depend on count alone; returns how many.
template <class Body>
Index for_pieces(const Context& context, Index count, Body&& body) {
  const Index blocks = (count + kPairBlock - 1) / kPairBlock, pieces = std::min(kPieces, (blocks + 3) / 4);
  parallel_for(context, pieces, [&](Index i, int) {
    body(static_cast<std::size_t>(i), kPairBlock * piece_begin(blocks, i, pieces),
         std::min(count, kPairBlock * piece_begin(blocks, i + 1, pieces)));
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
  direction.longest = std::max(direction.longest, static_cast<double>(largest_magnitude(d, count)));
}

}  // namespace

template <class T>
std::uint64_t CurvaturePairs<T>::bytes(const LbfgsOptions& options, Index count) {
  const std::uint64_t slots = static_cast<std::uint64_t>(options.history);
  const std::uint64_t numbers = 2 * slots * slots + 2 * slots;
  return pair_store_bytes<T>(options.precision, slots, count) + 2 * static_cast<std::uint64_t>(count) * sizeof(T) +
         numbers * sizeof(double) + (1 + kPieces) * (slots + 1) * sizeof(Products);
}

template <class T>
CurvaturePairs<T>::CurvaturePairs(const LbfgsOptions& options, Index count, const Context& context)
    : context_(context),
      count_(count),
      slots_(static_cast<Slot>(options.history)),
      store_(make_pair_store<T>(options.precision, slots_, count, context)),
      direction_({count}, context),
      gradient_({count}, context),
      sy_(slots_ * slots_),
      yy_(slots_ * slots_),
      sums_(slots_ + 1),
      piece_sums_(kPieces * (slots_ + 1)),
      of_s_(slots_),
      of_y_(slots_) {
  IMPASTO_ASSERT(options.history >= 1);
  order_.reserve(slots_);
}

template <class T>
Direction CurvaturePairs<T>::forget(std::span<const T> gradient) {
  order_.clear();
  T *d = direction_.data(), *before = gradient_.data();
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
  const bool remembered = remember();
  solve();
  return combine(t, gradient.data(), remembered);
}

template <class T>
void CurvaturePairs<T>::visit_state(StateVisitor<T>& visitor) {
  Slot known = order_.size();
  visitor.count("pairs.known", known, 0, static_cast<std::int64_t>(slots_));
  if (known != order_.size()) {
    order_.resize(known);
    std::iota(order_.begin(), order_.end(), Slot{0});
  }
  visitor.values("pairs.direction", direction_.values());
  visitor.values("pairs.gradient", gradient_.values());
  for (std::size_t age = 0; age < order_.size(); ++age) {
    store_->visit_state(visitor, order_[age], std::to_string(age));
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
  const Index pieces = for_pieces(context_, count_, [&](std::size_t piece, Index begin, Index end) {
    Products* products = piece_sums_.data() + piece * sums_.size();
    std::fill_n(products, sums_.size(), Products{});
    for (Index at = begin; at < end; at += kPairBlock) {
      add_products(at, std::min(kPairBlock, end - at), t, gradient.data(), products);
    }
  });
  std::fill(sums_.begin(), sums_.end(), Products{});
  for (std::size_t piece = 0; piece < static_cast<std::size_t>(pieces); ++piece) {
    for (std::size_t k = 0; k < sums_.size(); ++k) {
      const Products& share = piece_sums_[piece * sums_.size() + k];
      sums_[k].sy += share.sy;
      sums_[k].yy += share.yy;
      sums_[k].sg += share.sg;
      sums_[k].yg += share.yg;
    }
  }
}

// The share of one block.
template <class T>
void CurvaturePairs<T>::add_products(Index at, Index count, double t, const T* gradient, Products* products) const {
  Block<T> s, y;
  new_pair(at, count, t, gradient, s.data(), y.data());
  Block<double> new_y, g;
  std::copy(gradient + at, gradient + at + count, g.begin());
  store_->round(s.data(), y.data(), g.data(), count, new_y.data(), products[slots_]);
  for (const Slot slot : order_) store_->add_products(slot, at, new_y.data(), g.data(), count, products[slot]);
}

// A block of the pair in the making: s = t d, y = the gradient's change.
template <class T>
void CurvaturePairs<T>::new_pair(Index at, Index count, double t, const T* gradient, T* s, T* y) const {
  const T *d = direction_.data() + at, *before = gradient_.data() + at, *now = gradient + at;
  for (Index i = 0; i < count; ++i) {
    s[i] = static_cast<T>(t) * d[i];
    y[i] = now[i] - before[i];
  }
}

// Gives the pair in the making a slot, as the newest, if its curvature is positive.
template <class T>
bool CurvaturePairs<T>::remember() {
  if (!(sums_[slots_].sy > kLeastCurvature)) return false;
  Slot newest = order_.size();  // the next one, while there are any that were never taken
  if (newest == slots_) {
    newest = order_.front();
    order_.erase(order_.begin());
  }
  order_.push_back(newest);
  sums_[newest] = sums_[slots_];
  for (const Slot slot : order_) {
    sy(slot, newest) = sums_[slot].sy;
    yy(slot, newest) = yy(newest, slot) = sums_[slot].yy;
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
    double s_q = sums_[i].sg;
    for (std::size_t m = n + 1; m < k; ++m) s_q -= of_y_[order_[m]] * sy(i, order_[m]);
    of_y_[i] = s_q / sy(i, i);
  }
  // r = gamma q + sum (alpha - beta) s, the difference in of_s.
  for (std::size_t n = 0; n < k; ++n) {
    const Slot i = order_[n];
    double y_q = sums_[i].yg, y_r = 0;
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

// d from the coefficients and the gradient before; a pair that counts goes to its slot first.
template <class T>
Direction CurvaturePairs<T>::combine(double t, const T* gradient, bool remembered) {
  std::array<Direction, kPieces> directions;
  const Index pieces = for_pieces(context_, count_, [&](std::size_t piece, Index begin, Index end) {
    directions[piece] = combine_piece(begin, end, t, gradient, remembered);
  });
  return joined(directions, pieces);
}

template <class T>
Direction CurvaturePairs<T>::combine_piece(Index begin, Index end, double t, const T* gradient, bool remembered) {
  Direction direction;
  Block<double> sum;
  for (Index at = begin; at < end; at += kPairBlock) {
    const Index count = std::min(kPairBlock, end - at);
    const T* g = gradient + at;
    if (remembered) {
      Block<T> s, y;
      new_pair(at, count, t, gradient, s.data(), y.data());
      store_->keep(order_.back(), at, s.data(), y.data(), count);
    }
    for (Index i = 0; i < count; ++i) sum[static_cast<std::size_t>(i)] = of_g_ * static_cast<double>(g[i]);
    for (const Slot slot : order_) store_->combine(slot, at, of_s_[slot], of_y_[slot], count, sum.data());
    T *d = direction_.data() + at, *before = gradient_.data() + at;
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
