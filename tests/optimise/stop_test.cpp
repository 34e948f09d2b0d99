// Iterate averaging, and when a loss counts as flat.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "optimise/average.h"
#include "optimise/flat_stop.h"

namespace impasto {
namespace {

TEST_CASE_TEMPLATE("optimise: the average weighs each iterate `decay` times what the next one weighs", T, float,
                   double) {
  const double decay = 0.7;
  IterateAverage<T> average(decay, 3, Context(2));
  CHECK(average.bytes() == 3 * sizeof(T));
  double sum[3] = {}, weight = 0;
  for (int n = 0; n < 20; ++n) {
    std::vector<T> x = {T(n), T(5), T(std::cos(n))};
    average.add(x);
    for (std::size_t i = 0; i < 3; ++i) sum[i] = decay * sum[i] + static_cast<double>(x[i]);
    weight = decay * weight + 1;
    std::vector<T> mean(3);
    average.mean(mean);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(std::abs(static_cast<double>(mean[i]) - sum[i] / weight) < (sizeof(T) == 4 ? 1e-5 : 1e-13));
    }
  }
}

TEST_CASE("optimise: an average that decays at once is the last iterate") {
  IterateAverage<float> average(0, 2, Context(1));
  std::vector<float> mean(2);
  for (const float x : {3.F, -1.F}) {
    average.add(std::vector<float>{x, 2 * x});
    average.mean(mean);
    CHECK(mean == std::vector<float>{x, 2 * x});
  }
}

// The step, from 1, at which a loss counts as flat; 0: it never does within 100.
int flat_after(double fraction, double (*loss)(int step)) {
  FlatStop flat(fraction);
  for (int step = 1; step <= 100; ++step) {
    if (flat.add(loss(step))) return step;
  }
  return 0;
}

TEST_CASE("optimise: a loss is flat when 10 steps lower the lowest by less than the fraction") {
  CHECK(flat_after(0.01, [](int) { return 3.0; }) == 11);
  CHECK(flat_after(0.01, [](int step) { return std::pow(0.9985, step); }) == 0);   // 1.5 % in ten steps
  CHECK(flat_after(0.01, [](int step) { return std::pow(0.9995, step); }) == 11);  // 0.5 %
  CHECK(flat_after(0.01, [](int step) { return step < 30 ? 10.0 - 0.1 * step : 7.1; }) == 39);
  CHECK(flat_after(0.01, [](int step) { return (step % 2 == 0 ? 1 : 2) * std::pow(0.99, step); }) == 0);  // up and down
  CHECK(flat_after(0.01, [](int step) { return -1 - 0.01 * step; }) == 0);  // below 0 it falls as well
  CHECK(flat_after(0.01, [](int step) { return step == 5 ? std::numeric_limits<double>::quiet_NaN() : 1.0 / step; }) ==
        0);
  CHECK(flat_after(0, [](int) { return 3.0; }) == 0);
}

}  // namespace
}  // namespace impasto
