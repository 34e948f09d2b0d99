// Gram matrices, sums and covariances of weighted positions, and the other ops that style and masks need: gradients
// against differences, weights of one against none to the bit, float against double, any number of threads.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "support/error_of.h"
#include "support/gradcheck.h"
#include "support/relative_error.h"

namespace impasto::testing {
namespace {

using Ids = std::vector<Id>;
using D = Tape<double>;

const std::vector<Shape> kMaps = {{5, 7, 3}, {1, 1, 1}, {1, 6, 2}, {4, 1, 5}, {2, 2, 1}, {3, 4, 17}};

enum class Kind { ones, gaps, runs };

// Weights of all positions; of every other one and some more; of whole runs with soft ends.
std::shared_ptr<const PositionWeights> weights_of(const Shape& map, Kind kind) {
  auto weights = std::make_shared<PositionWeights>();
  for (Index i = 0; i < map[0] * map[1]; ++i) {
    const bool keep = kind == Kind::ones || (kind == Kind::gaps ? i % 5 < 2 : i / 150 % 2 == 0);
    if (!keep && i > 0) continue;
    weights->positions.push_back(i);
    weights->weights.push_back(kind == Kind::ones ? 1.0 : 0.3 + 0.1 * static_cast<double>(i % 7));
  }
  return weights;
}

TEST_CASE("autodiff: the gradients of Gram matrix and sums match differences, with weights and without") {
  for (const Shape& shape : {Shape{23, 29, 3}, kMaps[0], kMaps[1], kMaps[2], kMaps[3], kMaps[4], kMaps[5]}) {
    for (const int weighted : {0, 1, 2}) {
      MomentOptions options;
      options.sums = true;
      if (weighted > 0) options.weights = weights_of(shape, weighted == 1 ? Kind::gaps : Kind::runs);
      INFO("weights ", weighted);
      const auto gram = [&](D& t, const Ids& v) { return channel_moments(t, v[0], options).gram; };
      const auto sums = [&](D& t, const Ids& v) { return channel_moments(t, v[0], options).sum; };
      const auto both = [&](D& t, const Ids& v) {
        const MomentIds ids = channel_moments(t, v[0], options);
        const CovarianceIds c = covariance(t, ids.gram, ids.sum, 6.5);
        return add(t, add(t, sum(t, gram_matrix(t, v[0])), squared_error(t, c.mean, t.input({shape[2]}))),
                   squared_error(t, c.covariance, t.input({shape[2], shape[2]})));
      };
      expect_gradient(gram, {shape});
      expect_gradient(sums, {shape});
      expect_gradient(both, {shape});
    }
  }
}

TEST_CASE("autodiff: covariance's gradients match differences for both inputs and both values") {
  for (const Index C : {1, 2, 5, 17}) {
    expect_gradient([](D& t, const Ids& v) { return covariance(t, v[0], v[1], 3.7).covariance; }, {{C, C}, {C}});
    expect_gradient([](D& t, const Ids& v) { return covariance(t, v[0], v[1], 3.7).mean; }, {{C, C}, {C}});
  }
}

TEST_CASE("autodiff: moments are weighted sums, and the covariance is that of the weighted cloud") {
  const Shape shape{9, 11, 4};
  const Tensor<double> x = random_tensor(shape, 3);
  const auto weights = weights_of(shape, Kind::gaps);
  D tape(Context(2));
  const MomentIds ids = channel_moments(tape, tape.constant(x.view()), {true, weights, 0});
  double total = 0;
  for (const double w : weights->weights) total += w;
  const CovarianceIds c = covariance(tape, ids.gram, ids.sum, total);
  for (const Id id : {ids.gram, ids.sum, c.covariance, c.mean}) tape.keep(id);
  tape.forward();
  for (Index a = 0; a < 4; ++a) {
    double sum_a = 0;
    for (std::size_t i = 0; i < weights->positions.size(); ++i)
      sum_a += weights->weights[i] * x[weights->positions[i] * 4 + a];
    const auto at = static_cast<std::size_t>(a);
    CHECK(tape.value(ids.sum)[at] == doctest::Approx(sum_a));
    CHECK(tape.value(c.mean)[at] == doctest::Approx(sum_a / total));
    for (Index b = 0; b < 4; ++b) {
      double gram = 0, spread = 0;
      for (std::size_t i = 0; i < weights->positions.size(); ++i) {
        const double* f = x.data() + weights->positions[i] * 4;
        gram += weights->weights[i] * f[a] * f[b];
        spread += weights->weights[i] / total * (f[a] - tape.value(c.mean)[at]) *
                  (f[b] - tape.value(c.mean)[static_cast<std::size_t>(b)]);
      }
      CHECK(tape.value(ids.gram)[static_cast<std::size_t>(a * 4 + b)] == doctest::Approx(gram));
      CHECK(tape.value(c.covariance)[static_cast<std::size_t>(a * 4 + b)] == doctest::Approx(spread).epsilon(1e-9));
    }
  }
}

struct Values {
  std::vector<double> gram, sum, gradient;
};

// The moments of a map made by an op, read twice so that gradients add up, and the gradient of a loss on both.
template <class T>
Values values_of(const Shape& shape, const MomentOptions& options, const Context& context) {
  Tape<T> tape(context);
  const Id x = tape.variable(shape);
  const Tensor<T> start = random_tensor(shape, 9).as<float>().template as<T>();
  std::copy_n(start.data(), shape.count(), tape.value(x).data());
  const Id map = scale(tape, x, T(1.5));
  const MomentIds ids = channel_moments(tape, map, options);
  tape.keep(ids.gram);
  Id loss = squared_error(tape, ids.gram, tape.input(tape.shape(ids.gram)), T(1e-5));
  if (options.sums) {
    tape.keep(ids.sum);
    loss = add(tape, loss, squared_error(tape, ids.sum, tape.input(tape.shape(ids.sum)), T(0.01)));
  }
  tape.set_loss(add(tape, loss, squared_error(tape, map, tape.input(shape), T(0.1))));
  tape.forward();
  tape.backward();
  const auto copy = [](std::span<const T> values) { return std::vector<double>(values.begin(), values.end()); };
  return {copy(tape.value(ids.gram)), options.sums ? copy(tape.value(ids.sum)) : std::vector<double>(),
          copy(tape.gradient(x))};
}

TEST_CASE("autodiff: weights of one give the bits of no weights, on every target and for any number of threads") {
  for (const Shape& shape : {Shape{40, 37, 20}, {3, 5, 70}, {1, 1, 2}}) {
    for (const SimdTarget target : available_targets()) {
      for (const bool sums : {false, true}) {
        INFO(text(shape), " on ", to_string(target));
        const Values plain = values_of<float>(shape, {sums, nullptr, 0}, Context(1, target));
        for (const int threads : {1, 2, 3}) {
          const Values ones =
              values_of<float>(shape, {sums, weights_of(shape, Kind::ones), 0}, Context(threads, target));
          CHECK(ones.gram == plain.gram);
          CHECK(ones.sum == plain.sum);
          CHECK(ones.gradient == plain.gradient);
        }
      }
    }
  }
}

TEST_CASE("autodiff: weighted moments are the same bits for any number of threads, and near double on every target") {
  const Shape shape{61, 47, 21};
  for (const Kind kind : {Kind::gaps, Kind::runs}) {
    for (const double norm : {0.0, 3.0}) {
      const MomentOptions options{true, weights_of(shape, kind), norm};
      const Values exact = values_of<double>(shape, options, Context(2));
      for (const SimdTarget target : available_targets()) {
        INFO(to_string(target), ", norm ", norm);
        const Values one = values_of<float>(shape, options, Context(1, target));
        CHECK(relative_error(one.gram, exact.gram) < 2e-6);
        CHECK(relative_error(one.sum, exact.sum) < 2e-6);
        CHECK(relative_error(one.gradient, exact.gradient) < 1e-5);
        for (const int threads : {2, 3}) {
          const Values more = values_of<float>(shape, options, Context(threads, target));
          CHECK(more.gram == one.gram);
          CHECK(more.sum == one.sum);
          CHECK(more.gradient == one.gradient);
        }
      }
    }
  }
}

TEST_CASE("autodiff: a gradient norm keeps the gradient's direction and sets its sum of absolute values") {
  const Shape shape{13, 17, 5};
  const auto gradient_of = [&](double norm, int which) {
    D tape(Context(2));
    const Id x = tape.variable(shape);
    const Tensor<double> start = random_tensor(shape, 4);
    std::copy_n(start.data(), shape.count(), tape.value(x).data());
    if (which == 2) {
      tape.set_loss(squared_error(tape, x, tape.input(shape), 0.7, norm));
    } else {
      const auto weights = which == 1 ? weights_of(shape, Kind::gaps) : nullptr;
      const MomentIds ids = channel_moments(tape, x, {true, weights, norm});
      tape.set_loss(add(tape, squared_error(tape, ids.gram, tape.input({5, 5}), 0.1),
                        squared_error(tape, ids.sum, tape.input({5}), 0.1)));
    }
    tape.forward();
    tape.backward();
    return std::pair{std::vector<double>(tape.gradient(x).begin(), tape.gradient(x).end()), tape.value(Id{0})[0]};
  };
  for (const int which : {0, 1, 2}) {
    const auto plain = gradient_of(0, which), normed = gradient_of(2.5, which);
    double sum = 0;
    for (const double value : plain.first) sum += std::abs(value);
    for (std::size_t i = 0; i < plain.first.size(); ++i)
      CHECK(normed.first[i] == doctest::Approx(plain.first[i] * 2.5 / sum).epsilon(1e-10));
  }
}

TEST_CASE("autodiff: a gradient that is 0 everywhere stays 0 when it is brought to a norm") {
  D tape(Context(1));
  const Id x = tape.variable({4, 5, 2});
  const MomentIds ids = channel_moments(tape, x, {true, nullptr, 1});
  tape.set_loss(add(tape, squared_error(tape, ids.gram, tape.input({2, 2})),
                    squared_error(tape, x, tape.input({4, 5, 2}), 1.0, 1.0)));
  tape.forward();
  tape.backward();
  for (const double value : tape.gradient(x)) CHECK(value == 0);
}

TEST_CASE("autodiff: weights that are not ascending, positive or on the map are refused") {
  D tape(Context(1));
  const Id x = tape.input({2, 3, 4});
  for (const PositionWeights& bad : {PositionWeights{{}, {}},
                                     {{0, 6}, {1, 1}},
                                     {{2, 1}, {1, 1}},
                                     {{1, 1}, {1, 1}},
                                     {{0, 1}, {1, 0}},
                                     {{0, 1}, {1}},
                                     {{0}, {std::numeric_limits<double>::quiet_NaN()}}}) {
    const auto weights = std::make_shared<const PositionWeights>(bad);
    CHECK_FALSE(error_of(ErrorCode::input, [&] { channel_moments(tape, x, {false, weights, 0}); }).empty());
  }
}

TEST_CASE("autodiff: l2_pool's gradient matches differences, and is 0 where the window is") {
  for (const std::array<Index, 2> window : {std::array<Index, 2>{2, 2}, {3, 2}, {2, 3}, {1, 1}}) {
    for (const Shape& s : {Shape{5, 7, 3}, Shape{3, 3, 1}, Shape{6, 3, 4}})
      expect_gradient([&](D& t, const Ids& v) { return l2_pool(t, v[0], window[0], window[1]); }, {s});
  }
  D tape(Context(1));
  const Id x = tape.variable({4, 4, 1});
  tape.value(x)[0] = 3;
  const Id y = l2_pool(tape, x);
  tape.keep(y);
  tape.set_loss(sum(tape, y));
  tape.forward();
  tape.backward();
  CHECK(tape.value(y)[0] == 1.5);
  CHECK(tape.gradient(x)[0] == 0.5);
  for (std::size_t i = 1; i < 16; ++i) CHECK(tape.gradient(x)[i] == 0);
}

TEST_CASE("autodiff: blend's gradient matches differences; it is exactly the one or the other at 1 and 0") {
  for (const Shape& s : kMaps) {
    const Tensor<double> b = random_tensor(s, 21), m = random_tensor({s[0], s[1]}, 22, 0, 1);
    expect_gradient([&](D& t, const Ids& v) { return blend(t, v[0], t.constant(b.view()), t.constant(m.view())); },
                    {s});
  }
  Tape<float> tape(Context(1));
  const Id a = tape.input({1, 2, 3}), b = tape.input({1, 2, 3}), m = tape.input({1, 2});
  for (std::size_t i = 0; i < 6; ++i) tape.value(a)[i] = 0.1F * static_cast<float>(i), tape.value(b)[i] = 0.7F;
  tape.value(m)[0] = 1;
  const Id y = blend(tape, a, b, m);
  tape.keep(y);
  tape.forward();
  for (std::size_t i = 0; i < 6; ++i) CHECK(tape.value(y)[i] == (i < 3 ? 0.7F : tape.value(a)[i]));
}

TEST_CASE("autodiff: weighted total variation's gradient matches differences; weights of one give the plain bits") {
  for (const Shape& s : kMaps) {
    const Tensor<double> weights = random_tensor({s[0], s[1]}, 5, 0, 2), ones({s[0], s[1]}, 1.0);
    expect_gradient([&](D& t, const Ids& v) { return total_variation(t, v[0], 0.3, t.constant(weights.view())); }, {s});
    const auto at = [&](bool weighted) {
      D tape(Context(2));
      const Id x = tape.variable(s);
      const Tensor<double> start = random_tensor(s, 6);
      std::copy_n(start.data(), s.count(), tape.value(x).data());
      const Id loss = total_variation(tape, x, 0.3, weighted ? tape.constant(ones.view()) : Id{});
      tape.set_loss(loss);
      tape.forward();
      tape.backward();
      std::vector<double> values(tape.gradient(x).begin(), tape.gradient(x).end());
      values.push_back(tape.value(loss)[0]);
      return values;
    };
    CHECK(at(true) == at(false));
  }
  // Only the left two columns count, their border to the third one by half.
  D tape(Context(1));
  const Id x = tape.input({1, 4, 1}), w = tape.input({1, 4});
  for (std::size_t i = 0; i < 4; ++i) tape.value(x)[i] = static_cast<double>(i), tape.value(w)[i] = i < 2 ? 1 : 0;
  const Id tv = total_variation(tape, x, 1.0, w);
  tape.keep(tv);
  tape.forward();
  CHECK(tape.value(tv)[0] == 1.5);
}

}  // namespace
}  // namespace impasto::testing
