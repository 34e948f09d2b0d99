// The direction of L-BFGS against the two loops as the book prints them.
#include "optimise/curvature_pairs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "support/gradcheck.h"

namespace impasto::testing {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

// Nocedal & Wright, algorithm 7.4, on vectors; pairs from oldest to newest.
Vector two_loops(const std::vector<Vector>& s, const std::vector<Vector>& y, const Vector& g) {
  Vector q = g, alpha(s.size());
  for (std::size_t i = s.size(); i-- > 0;) {
    alpha[i] = dot(s[i], q) / dot(s[i], y[i]);
    for (std::size_t k = 0; k < q.size(); ++k) q[k] -= alpha[i] * y[i][k];
  }
  const double gamma = s.empty() ? 1 : dot(s.back(), y.back()) / dot(y.back(), y.back());
  for (double& value : q) value *= gamma;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const double beta = dot(y[i], q) / dot(s[i], y[i]);
    for (std::size_t k = 0; k < q.size(); ++k) q[k] += (alpha[i] - beta) * s[i][k];
  }
  for (double& value : q) value = -value;
  return q;
}

// `values` as they are kept.
template <class T>
Vector as_kept(const std::vector<T>& values, HistoryPrecision precision) {
  const Index count = static_cast<Index>(values.size());
  const auto store = make_pair_store<T>(precision, 1, count, Context(1));
  const Vector g(values.size(), 0);
  Vector rounded(values.size());
  typename PairStore<T>::Products unused;
  for (Index at = 0; at < count; at += kPairBlock) {
    const T* block = values.data() + at;
    store->round(block, block, g.data(), std::min(kPairBlock, count - at), rounded.data() + at, unused);
  }
  return rounded;
}

// Gradients of a bowl at points along the directions taken, with one step back among them that makes no pair.
template <class T>
void follow(Index count, int history, HistoryPrecision precision, double tolerance) {
  CurvaturePairs<T> pairs({.history = history, .precision = precision}, count, Context(2));
  const auto gradient_at = [&](const Vector& x) {
    std::vector<T> g(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) g[i] = static_cast<T>((1 + static_cast<double>(i % 7)) * x[i]);
    return g;
  };
  const auto wide = [](const auto& values) { return Vector(values.begin(), values.end()); };
  const Tensor<double> start = random_tensor({count}, 5);
  Vector x = wide(start.values());
  std::vector<Vector> s, y;
  std::vector<T> g = gradient_at(x);
  Direction described = pairs.forget(g);
  for (int step = 0; step < 2 * history + 3; ++step) {
    const Vector wanted = two_loops(s, y, wide(g));
    const Vector d(pairs.direction(), pairs.direction() + count);
    double worst = 0, longest = 0, norm1 = 0;
    for (std::size_t i = 0; i < d.size(); ++i) {
      worst = std::max(worst, std::abs(d[i] - wanted[i]));
      longest = std::max(longest, std::abs(d[i]));
      norm1 += std::abs(d[i]);
    }
    INFO(count, " values, history ", history, ", step ", step, " in ", sizeof(T), " bytes");
    CHECK(worst <= tolerance * longest);
    CHECK(described.longest == doctest::Approx(longest).epsilon(1e-12));
    CHECK(described.norm1 == doctest::Approx(norm1).epsilon(1e-12));
    CHECK(described.slope == doctest::Approx(dot(wide(g), d)).epsilon(1e-10));
    CHECK(pairs.size() == static_cast<int>(s.size()));

    const double t = step == 2 ? 0 : 0.3 + 0.1 * step;  // a step of 0 changes nothing: s.y = 0
    std::vector<T> step_taken(d.size()), change(d.size());
    for (std::size_t i = 0; i < d.size(); ++i) {
      step_taken[i] = static_cast<T>(t) * static_cast<T>(d[i]);
      x[i] += static_cast<double>(step_taken[i]);
    }
    const std::vector<T> next = gradient_at(x);
    described = pairs.turn(t, next);
    for (std::size_t i = 0; i < d.size(); ++i) change[i] = next[i] - g[i];
    const Vector new_s = as_kept(step_taken, precision), new_y = as_kept(change, precision);
    if (dot(new_s, new_y) > 1e-10) {
      s.push_back(new_s);
      y.push_back(new_y);
      if (s.size() > static_cast<std::size_t>(history)) {
        s.erase(s.begin());
        y.erase(y.begin());
      }
    }
    g = next;
  }
  CHECK(std::equal(g.begin(), g.end(), pairs.gradient().begin()));
  pairs.forget(pairs.gradient());
  CHECK(pairs.size() == 0);
  for (Index i = 0; i < count; ++i) REQUIRE(pairs.direction()[i] == -g[static_cast<std::size_t>(i)]);
}

TEST_CASE("optimise: the direction is that of the two loops, over more steps than pairs fit, for any size") {
  for (const Index count : {1, 2, 7, 255, 256, 257, 5000, 40001}) {
    for (const int history : {1, 2, 5}) follow<double>(count, history, HistoryPrecision::single, 1e-9);
  }
  for (const Index count : {7, 257, 40001}) follow<float>(count, 5, HistoryPrecision::single, 1e-5);
}

TEST_CASE("optimise: with pairs in 16 bits it is that of the two loops on the rounded pairs") {
  for (const Index count : {1, 7, 1024, 1025, 5000, 40001}) {
    for (const int history : {1, 5}) follow<double>(count, history, HistoryPrecision::half, 1e-9);
    follow<float>(count, 5, HistoryPrecision::half, 1e-5);
  }
}

}  // namespace
}  // namespace impasto::testing
