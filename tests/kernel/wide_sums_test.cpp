// Wide sums of every target against plain loops, to the bit between targets.
#include "kernel/simd/wide_sums.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/half.h"
#include "support/gradcheck.h"

namespace impasto::testing {
namespace {

double wide(float value) { return static_cast<double>(value); }
double wide(std::uint16_t half) { return static_cast<double>(float_from_half(half)); }

// values_of(seed) gives count + 1 values.
template <class Value, class ValuesOf>
void compare(WideSumsOf<Value> (*of_target)(SimdTarget), Index count, ValuesOf&& values_of) {
  const std::vector<Value> b = values_of(1), s = values_of(2);
  const Tensor<double> y = random_tensor({count + 1}, 3), g = random_tensor({count + 1}, 4);
  const auto value_of = [](const std::vector<Value>& from, Index i) { return wide(from[static_cast<std::size_t>(i)]); };
  double wanted_y = 2, wanted_g = 3;
  for (Index i = 0; i < count; ++i) {
    wanted_y += value_of(b, i) * y[i];
    wanted_g += value_of(b, i) * g[i];
  }
  double baseline_y = 2, baseline_g = 3;
  of_target(SimdTarget::baseline).products(b.data(), y.data(), g.data(), count, baseline_y, baseline_g);
  CHECK(std::abs(baseline_y - wanted_y) < 1e-12);
  CHECK(std::abs(baseline_g - wanted_g) < 1e-12);
  for (const SimdTarget target : available_targets()) {
    INFO(count, " values of ", sizeof(Value), " bytes on ", to_string(target));
    const WideSumsOf<Value> sums = of_target(target);
    double by = 2, bg = 3;
    sums.products(b.data(), y.data(), g.data(), count, by, bg);
    CHECK(by == baseline_y);
    CHECK(bg == baseline_g);
    Tensor<double> sum = g.clone();
    sums.combine(0.7, b.data(), -1.3, s.data(), count, sum.data());
    for (Index i = 0; i < count; ++i) REQUIRE(sum[i] == g[i] + (0.7 * value_of(b, i) + -1.3 * value_of(s, i)));
    CHECK(sum[count] == g[count]);  // nothing behind the end is touched
  }
}

TEST_CASE("kernel: wide sums are right for odd lengths and have the same bits on every target") {
  for (const Index count : {0, 1, 3, 7, 8, 9, 31, 256, 1001}) {
    compare<float>(wide_sums, count, [count](unsigned seed) {
      const Tensor<float> values = random_tensor({count + 1}, seed).as<float>();
      return std::vector<float>(values.values().begin(), values.values().end());
    });
    compare<std::uint16_t>(half_sums, count, [count](unsigned seed) {
      const Tensor<double> values = random_tensor({count + 1}, seed);
      std::vector<std::uint16_t> halves;
      for (const double value : values.values()) halves.push_back(half_from_float(static_cast<float>(value)));
      return halves;
    });
  }
}

TEST_CASE("kernel: every finite half is widened to its own value on every target, subnormal ones too") {
  std::vector<std::uint16_t> halves;
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    if ((bits & 0x7c00) != 0x7c00) halves.push_back(static_cast<std::uint16_t>(bits));
  }
  const Index count = static_cast<Index>(halves.size());
  for (const SimdTarget target : available_targets()) {
    INFO(to_string(target));
    std::vector<double> sum(halves.size(), 0);
    half_sums(target).combine(1, halves.data(), 0, halves.data(), count, sum.data());
    CHECK(std::equal(halves.begin(), halves.end(), sum.begin(),
                     [](std::uint16_t half, double value) { return wide(half) == value; }));
  }
}

TEST_CASE("kernel: rounding to halves without a branch is rounding to nearest, ties to even") {
  // All first 20 bits, to 65536; a half of a normal number keeps 19 of them, so that lower = 0 has its ties.
  for (std::uint32_t upper = 0; upper < 0x47800; ++upper) {
    for (const std::uint32_t lower : {0x000u, 0x001u, 0xfffu}) {
      const float value = std::bit_cast<float>(upper << 12 | lower);
      if (value >= 65520) continue;
      REQUIRE(half_from_bounded(value) == half_from_float(value));
      REQUIRE(half_from_bounded(-value) == half_from_float(-value));
    }
  }
}

}  // namespace
}  // namespace impasto::testing
