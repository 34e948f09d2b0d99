// How pairs are kept: what rounding costs, and that products and sums are of what is kept.
#include "optimise/pair_store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "base/ranges.h"
#include "support/gradcheck.h"

namespace impasto::testing {
namespace {

constexpr HistoryPrecision kPrecisions[] = {HistoryPrecision::single, HistoryPrecision::half};

// Values over many orders of magnitude.
std::vector<float> uneven(Index count, unsigned seed, double scale) {
  const Tensor<double> a = random_tensor({count}, seed), b = random_tensor({count}, seed + 1);
  std::vector<float> values;
  for (Index i = 0; i < count; ++i) values.push_back(static_cast<float>(scale * a[i] * std::exp(10 * b[i])));
  return values;
}

struct Kept {
  std::vector<double> s, y;
};

// s and y of slot 1 as `combine` gives them.
Kept kept(const PairStore<float>& store, Index count) {
  Kept read{std::vector<double>(static_cast<std::size_t>(count)), std::vector<double>(static_cast<std::size_t>(count))};
  for (Index at = 0; at < count; at += kPairBlock) {
    const Index here = std::min(kPairBlock, count - at);
    store.combine(1, at, 1, 0, here, read.s.data() + at);
    store.combine(1, at, 0, 1, here, read.y.data() + at);
  }
  return read;
}

void keep(PairStore<float>& store, const std::vector<float>& s, const std::vector<float>& y) {
  const Index count = static_cast<Index>(s.size());
  for (Index at = 0; at < count; at += kPairBlock) {
    store.keep(1, at, s.data() + at, y.data() + at, std::min(kPairBlock, count - at));
  }
}

TEST_CASE("optimise: a half pair is within 2^-11 of each value, down to 2^-28 of its block's largest, at any scale") {
  for (const Index count : {1, 9, 1023, 1024, 1025, 5000}) {
    for (const double scale : {1e-30, 1e-10, 1.0, 1e10, 1e30}) {
      INFO(count, " values of ", scale);
      const std::vector<float> s = uneven(count, 1, scale), y = uneven(count, 3, scale);
      const auto store = make_pair_store<float>(HistoryPrecision::half, 2, count, Context(1));
      keep(*store, s, y);
      const Kept read = kept(*store, count);
      for (Index at = 0; at < count; at += kPairBlock) {
        const Index end = std::min(count, at + kPairBlock);
        const double largest = static_cast<double>(largest_magnitude(s.data() + at, end - at));
        for (std::size_t i = static_cast<std::size_t>(at); i < static_cast<std::size_t>(end); ++i) {
          const double value = static_cast<double>(s[i]), error = std::abs(read.s[i] - value);
          REQUIRE(error <= std::max(std::abs(value), largest * 0x1p-28) * 0x1p-11);
        }
      }
    }
  }
}

TEST_CASE("optimise: a single pair is kept as it is") {
  const std::vector<float> s = uneven(3000, 1, 1), y = uneven(3000, 3, 1);
  const auto store = make_pair_store<float>(HistoryPrecision::single, 2, 3000, Context(1));
  keep(*store, s, y);
  const Kept read = kept(*store, 3000);
  CHECK(std::equal(s.begin(), s.end(), read.s.begin(), [](float a, double b) { return static_cast<double>(a) == b; }));
  CHECK(std::equal(y.begin(), y.end(), read.y.begin(), [](float a, double b) { return static_cast<double>(a) == b; }));
}

TEST_CASE("optimise: products are of what is kept, before it is kept and after, with the same bits on every target") {
  for (const HistoryPrecision precision : kPrecisions) {
    for (const Index count : {1, 7, 1000, 1024}) {
      const std::vector<float> s = uneven(count, 1, 3), y = uneven(count, 3, 0.1);
      const Tensor<double> g = random_tensor({count}, 5);
      PairStore<float>::Products first;
      for (const SimdTarget target : available_targets()) {
        INFO(count, " values on ", to_string(target));
        const auto store = make_pair_store<float>(precision, 2, count, Context(1, target));
        keep(*store, s, y);
        const Kept read = kept(*store, count);
        std::vector<double> new_y(s.size(), 7);
        PairStore<float>::Products before, after, wanted;
        store->round(s.data(), y.data(), g.data(), count, new_y.data(), before);
        store->add_products(1, 0, new_y.data(), g.data(), count, after);
        CHECK(new_y == read.y);
        double magnitude = 0;
        for (std::size_t i = 0; i < s.size(); ++i) {
          const double at = g[static_cast<Index>(i)];
          wanted.sy += read.s[i] * read.y[i];
          wanted.yy += read.y[i] * read.y[i];
          wanted.sg += read.s[i] * at;
          wanted.yg += read.y[i] * at;
          magnitude += std::abs(read.s[i]) * (std::abs(at) + std::abs(read.y[i])) + std::abs(read.y[i] * at);
        }
        CHECK(before.sy == after.sy);
        CHECK(before.yy == after.yy);
        CHECK(before.sg == after.sg);
        CHECK(before.yg == after.yg);
        CHECK(std::abs(after.sy - wanted.sy) <= 1e-13 * magnitude);
        CHECK(std::abs(after.yy - wanted.yy) <= 1e-13 * wanted.yy);
        CHECK(std::abs(after.sg - wanted.sg) <= 1e-13 * magnitude);
        CHECK(std::abs(after.yg - wanted.yg) <= 1e-13 * magnitude);
        if (target == available_targets().front()) first = after;
        CHECK(first.sy == after.sy);
        CHECK(first.yg == after.yg);
      }
    }
  }
}

TEST_CASE("optimise: no product with a pair that holds an infinite value is a number") {
  std::vector<float> s(100, 1), y(100, 1);
  y[50] = std::numeric_limits<float>::infinity();
  const std::vector<double> g(100, 1);
  for (const HistoryPrecision precision : kPrecisions) {
    const auto store = make_pair_store<float>(precision, 1, 100, Context(1));
    std::vector<double> new_y(100);
    PairStore<float>::Products products;
    store->round(s.data(), y.data(), g.data(), 100, new_y.data(), products);
    CHECK_FALSE(std::isfinite(products.sy));
  }
}

}  // namespace
}  // namespace impasto::testing
