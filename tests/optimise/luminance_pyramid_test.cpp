// The map of L-BFGS's variables against its formula, matrix by matrix.
#include "optimise/luminance_pyramid.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "optimise/lbfgs.h"
#include "support/allocations.h"
#include "support/fingerprint.h"
#include "support/function_problem.h"
#include "support/gradcheck.h"
#include "support/relative_error.h"

namespace impasto::testing {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

const Shape kShapes[] = {{1, 1, 3}, {1, 2, 3}, {2, 1, 3}, {3, 5, 3}, {8, 8, 3}, {7, 12, 3}, {13, 9, 3}, {16, 33, 3}};

// D of a side: half as many rows, each (1 3 3 1) / 8 of what stands at 2k - 1 .. 2k + 2, borders repeated; the last row
// of an odd side sqrt 2 (1 3) / 8 of what stands at 2k - 1 and 2k.
Matrix shrinking(Index side) {
  Matrix D;
  for (Index k = 0; 2 * k < side; ++k) {
    D.emplace_back(static_cast<std::size_t>(side), 0.0);
    const double taps[] = {1, 3, 3, 1};
    const bool is_last_of_odd = 2 * k + 1 == side;
    for (Index tap = 0; tap < (is_last_of_odd ? 2 : 4); ++tap) {
      const Index at = std::clamp<Index>(2 * k - 1 + tap, 0, side - 1);
      D.back()[static_cast<std::size_t>(at)] += taps[tap] / 8 * (is_last_of_odd ? std::sqrt(2.0) : 1);
    }
  }
  return D;
}

// A of every column of a plane, or its transpose.
Matrix times(const Matrix& A, const Matrix& plane, bool transposed) {
  const std::size_t rows = transposed ? A.front().size() : A.size(), inner = plane.size();
  Matrix product(rows, Vector(plane.front().size(), 0.0));
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < inner; ++k) {
      for (std::size_t j = 0; j < product[i].size(); ++j)
        product[i][j] += (transposed ? A[k][i] : A[i][k]) * plane[k][j];
    }
  }
  return product;
}

Matrix turned(const Matrix& plane) {
  Matrix T(plane.front().size(), Vector(plane.size()));
  for (std::size_t i = 0; i < plane.size(); ++i) {
    for (std::size_t j = 0; j < plane[i].size(); ++j) T[j][i] = plane[i][j];
  }
  return T;
}

// P of a plane, from level `l` on.
Matrix pyramid(const Matrix& plane, std::size_t l) {
  constexpr double kGains[] = {1, 0.8, 0.8, 0.4};
  Matrix result = plane;
  for (Vector& row : result) {
    for (double& value : row) value *= kGains[l];
  }
  if (l + 1 == std::size(kGains)) return result;
  const Matrix down = shrinking(static_cast<Index>(plane.size()));
  const Matrix across = shrinking(static_cast<Index>(plane.front().size()));
  const Matrix coarse = pyramid(turned(times(across, turned(times(down, plane, false)), false)), l + 1);
  const Matrix enlarged = times(down, turned(times(across, turned(coarse), true)), true);
  for (std::size_t i = 0; i < result.size(); ++i) {
    for (std::size_t j = 0; j < result[i].size(); ++j) result[i][j] += 4 * enlarged[i][j];
  }
  return result;
}

Tensor<double> by_formula(const Tensor<double>& x) {
  const Index H = x.shape()[0], W = x.shape()[1];
  Matrix L(static_cast<std::size_t>(H), Vector(static_cast<std::size_t>(W)));
  const auto luminance = [&](Index i) { return (x[3 * i] + x[3 * i + 1] + x[3 * i + 2]) / std::sqrt(3.0); };
  for (Index i = 0; i < H * W; ++i) L[static_cast<std::size_t>(i / W)][static_cast<std::size_t>(i % W)] = luminance(i);
  const Matrix P = pyramid(L, 0);
  Tensor<double> y = x.clone();
  for (Index i = 0; i < H * W; ++i) {
    const double more = P[static_cast<std::size_t>(i / W)][static_cast<std::size_t>(i % W)] - 0.65 * luminance(i);
    for (Index c = 0; c < 3; ++c) y[3 * i + c] = 0.65 * x[3 * i + c] + more / std::sqrt(3.0);
  }
  return y;
}

// A picture's values v with luminance weighed half, and its mean over 5 x 5 positions a sixth: (1.5 - u (0.5 + 0.67 B)
// u^T) v, a symmetric map.
std::vector<double> without_coarse_luminance(Index H, Index W, const std::vector<double>& v) {
  std::vector<double> luminance, result = v;
  for (std::size_t i = 0; i < v.size(); i += 3) luminance.push_back((v[i] + v[i + 1] + v[i + 2]) / 3);
  for (Index i = 0; i < H * W; ++i) {
    double mean = 0;
    for (Index y = std::max<Index>(0, i / W - 2); y < std::min(H, i / W + 3); ++y) {
      for (Index x = std::max<Index>(0, i % W - 2); x < std::min(W, i % W + 3); ++x)
        mean += luminance[static_cast<std::size_t>(y * W + x)] / 25;
    }
    for (std::size_t k = 3 * static_cast<std::size_t>(i); k < 3 * static_cast<std::size_t>(i) + 3; ++k)
      result[k] = 1.5 * v[k] - 0.5 * luminance[static_cast<std::size_t>(i)] - 0.67 * mean;
  }
  return result;
}

// sum d_i (A (x - 1))_i^2 / 2 with that map A and d spread over 1 .. 30: coarse luminance is curved least.
auto flat_in_coarse_luminance(Index H, Index W) {
  return [H, W](std::span<const double> x, std::span<double> gradient) {
    std::vector<double> v(x.begin(), x.end());
    for (double& value : v) value -= 1;
    std::vector<double> weighed = without_coarse_luminance(H, W, v);
    double loss = 0;
    for (std::size_t i = 0; i < weighed.size(); ++i) {
      const double d = 1 + static_cast<double>(i * 7 % 30);
      loss += d * weighed[i] * weighed[i] / 2;
      weighed[i] *= d;
    }
    weighed = without_coarse_luminance(H, W, weighed);
    std::copy(weighed.begin(), weighed.end(), gradient.begin());
    return loss;
  };
}

template <class T>
Tensor<T> mapped(const Tensor<T>& x, const Context& context = Context(1),
                 LbfgsVariables variables = LbfgsVariables::luminance_pyramid) {
  Tensor<T> y(x.shape());
  LuminancePyramid<T>(variables, x.shape(), context).apply(x.values(), y.values());
  return y;
}

template <class T>
double max_abs_error(const Tensor<T>& found, const Tensor<double>& wanted) {
  double worst = 0;
  for (Index i = 0; i < wanted.shape().count(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(found[i]) - wanted[i]));
  return worst;
}

double product(const Tensor<double>& a, const Tensor<double>& b) {
  double sum = 0;
  for (Index i = 0; i < a.shape().count(); ++i) sum += a[i] * b[i];
  return sum;
}

TEST_CASE_TEMPLATE("optimise: the luminance pyramid is what its formula says, at odd and tiny sizes", T, float,
                   double) {
  for (const Shape& shape : kShapes) {
    INFO(shape);
    const Tensor<double> x = random_tensor(shape, 3), wanted = by_formula(x);
    const Tensor<T> found = mapped(x.as<T>());
    const auto worst = max_abs_error(found, wanted);
    CHECK(worst < (sizeof(T) == 4 ? 2e-6 : 1e-14));
  }
}

TEST_CASE("optimise: so it is at the borders of the columns that are made together") {
  for (const Index W : {1023, 1024, 1025, 1026, 2049}) {
    for (const Index H : {1, 3}) {
      const Tensor<double> x = random_tensor({H, W, 3}, 8);
      INFO(x.shape());
      CHECK(max_abs_error(mapped(x), by_formula(x)) < 1e-14);
    }
  }
}

TEST_CASE("optimise: the luminance pyramid is symmetric and positive definite") {
  for (const Shape& shape : kShapes) {
    INFO(shape);
    const Tensor<double> x = random_tensor(shape, 1), y = random_tensor(shape, 2);
    CHECK(product(x, mapped(y)) == doctest::Approx(product(mapped(x), y)).epsilon(1e-12));
    CHECK(product(x, mapped(x)) > 0.6 * product(x, x));
  }
}

TEST_CASE("optimise: an even luminance moves 3 or 4 times as far as a pixel's, an even colour 0.65 or 1.7 times") {
  struct Gains {
    LbfgsVariables variables;
    double luminance, colours;
  };
  Tensor<double> grey({16, 24, 3}, 1.0), colour({16, 24, 3}, 1.0);
  for (Index i = 0; i < 16 * 24; ++i) colour[3 * i] = -2;
  for (const Gains& gains :
       {Gains{LbfgsVariables::luminance_pyramid, 3, 0.65}, {LbfgsVariables::colour_pyramid, 4, 1.7}}) {
    const Tensor<double> of_grey = mapped(grey, Context(2), gains.variables);
    const Tensor<double> of_colour = mapped(colour, Context(2), gains.variables);
    for (Index i = 0; i < grey.shape().count(); ++i) {
      CHECK(of_grey[i] == doctest::Approx(gains.luminance));
      CHECK(of_colour[i] == doctest::Approx(gains.colours * colour[i]));
    }
  }
}

TEST_CASE(
    "optimise: the luminance pyramid has the same bits for any number of threads, in place, and allocates nothing") {
  const Tensor<float> x = random_tensor({37, 1301, 3}, 5).as<float>();  // more columns than are made together
  const std::uint64_t wanted = fingerprint(mapped(x).values());
  CHECK(relative_error(mapped(x), by_formula(x.as<double>())) < 1e-6);
  for (const int threads : {2, 3, 5}) {
    const Context context(threads);
    LuminancePyramid<float> map(LbfgsVariables::luminance_pyramid, x.shape(), context);
    Tensor<float> y = x.clone();
    map.apply(y.values(), y.values());
    CHECK(fingerprint(y.values()) == wanted);
    const long before = allocations();
    map.apply(x.values(), y.values());
    CHECK(allocations() == before);
  }
}

TEST_CASE("optimise: variables of a luminance pyramid lead to the same minimum, in fewer evaluations") {
  constexpr Index H = 9, W = 31;
  std::vector<double> start(3 * H * W);
  const Tensor<double> noise = random_tensor({3 * H * W}, 6);
  std::copy(noise.values().begin(), noise.values().end(), start.begin());
  int evaluations[2] = {};
  for (const LbfgsVariables variables : {LbfgsVariables::pixels, LbfgsVariables::luminance_pyramid}) {
    FunctionProblem<double> problem(start, flat_in_coarse_luminance(H, W));
    LbfgsOptions options{.history = 5, .precision = HistoryPrecision::single};
    options.variables = variables;
    Lbfgs<double> lbfgs(options, {H, W, 3}, Context(1));
    double loss = 1;
    while (loss > 1e-6 && problem.evaluations < 2000) {
      const OptimiserStep step = lbfgs.step(problem.problem);
      std::vector<double> gradient(start.size());
      CHECK(problem.function(problem.x, gradient) == step.loss);
      loss = step.loss;
    }
    for (const double x : problem.x) CHECK(x == doctest::Approx(1).epsilon(0.01));
    evaluations[variables == LbfgsVariables::luminance_pyramid] = problem.evaluations;
  }
  CHECK(evaluations[1] < 0.8 * evaluations[0]);
}

TEST_CASE("optimise: the bytes of L-BFGS are counted, whatever it moves") {
  for (const auto variables :
       {LbfgsVariables::pixels, LbfgsVariables::luminance_pyramid, LbfgsVariables::colour_pyramid}) {
    const LbfgsOptions options{.history = 10, .variables = variables};
    const Context context = Context(1).with_memory_limit(std::size_t{1} << 30);
    const Lbfgs<float> lbfgs(options, {100, 333, 3}, context);
    CHECK(context.memory_held() <= lbfgs.bytes());
    CHECK(context.memory_held() + 100000 > lbfgs.bytes());  // all but the numbers of pairs
  }
}

}  // namespace
}  // namespace impasto::testing
