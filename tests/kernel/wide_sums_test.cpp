// Wide sums of every target against plain loops, to the bit between targets.
#include "kernel/simd/wide_sums.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "support/gradcheck.h"

namespace impasto::testing {
namespace {

TEST_CASE("kernel: wide sums are right for odd lengths and have the same bits on every target") {
  for (const Index count : {0, 1, 3, 7, 8, 9, 31, 256, 1001}) {
    const Tensor<float> b = random_tensor({count + 1}, 1).as<float>(), s = random_tensor({count + 1}, 2).as<float>();
    const Tensor<double> y = random_tensor({count + 1}, 3), g = random_tensor({count + 1}, 4);
    double wanted_y = 2, wanted_g = 3;
    for (Index i = 0; i < count; ++i) {
      wanted_y += static_cast<double>(b[i]) * y[i];
      wanted_g += static_cast<double>(b[i]) * g[i];
    }
    const WideSums baseline = wide_sums(SimdTarget::baseline);
    double baseline_y = 2, baseline_g = 3;
    baseline.products(b.data(), y.data(), g.data(), count, baseline_y, baseline_g);
    CHECK(std::abs(baseline_y - wanted_y) < 1e-12);
    CHECK(std::abs(baseline_g - wanted_g) < 1e-12);
    for (const SimdTarget target : available_targets()) {
      INFO(count, " values on ", to_string(target));
      const WideSums sums = wide_sums(target);
      double by = 2, bg = 3;
      sums.products(b.data(), y.data(), g.data(), count, by, bg);
      CHECK(by == baseline_y);
      CHECK(bg == baseline_g);
      Tensor<double> sum = g.clone();
      sums.combine(0.7, b.data(), -1.3, s.data(), count, sum.data());
      for (Index i = 0; i < count; ++i) {
        REQUIRE(sum[i] == g[i] + (0.7 * static_cast<double>(b[i]) + -1.3 * static_cast<double>(s[i])));
      }
      CHECK(sum[count] == g[count]);  // nothing behind the end is touched
    }
  }
}

}  // namespace
}  // namespace impasto::testing
