#include "impasto/context.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "base/parallel.h"
#include "impasto/error.h"

namespace impasto {
namespace {

TEST_CASE("base: the baseline target is always there, and last") {
  const std::vector<SimdTarget> targets = available_targets();
  REQUIRE_FALSE(targets.empty());
  CHECK(targets.back() == SimdTarget::baseline);
}

TEST_CASE("base: a context takes all cores for 0 threads and refuses numbers out of range") {
  CHECK(Context(0).threads() == available_cores());
  CHECK(Context(3).threads() == 3);
  CHECK_THROWS_WITH_AS(Context(-1), doctest::Contains("wanted 1 to 1024"), Error);
  CHECK_THROWS_AS(Context(1025), Error);
}

TEST_CASE("base: a target that the machine lacks is refused, and the ones it has are named") {
  const std::vector<SimdTarget> targets = available_targets();
  for (const SimdTarget target : {SimdTarget::neon, SimdTarget::avx3, SimdTarget::avx2}) {
    if (std::find(targets.begin(), targets.end(), target) != targets.end()) {
      CHECK(Context(1, target).target() == target);
    } else {
      CHECK_THROWS_WITH_AS(Context(1, target), doctest::Contains("baseline"), Error);
    }
  }
}

#ifndef _WIN32
TEST_CASE("base: IMPASTO_SIMD chooses the target, and an unknown one is refused") {
  setenv("IMPASTO_SIMD", "baseline", 1);
  CHECK(Context().target() == SimdTarget::baseline);
  setenv("IMPASTO_SIMD", "mmx", 1);
  CHECK_THROWS_WITH_AS(Context(), doctest::Contains("IMPASTO_SIMD is 'mmx'"), Error);
  unsetenv("IMPASTO_SIMD");
  CHECK(Context().target() == available_targets().front());
}
#endif

TEST_CASE("base: parallel_for runs every piece once, with worker numbers below the number of threads") {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> runs(100);
    std::atomic<int> highest{0};
    parallel_for(Context(threads), 100, [&](std::ptrdiff_t i, int worker) {
      ++runs[static_cast<std::size_t>(i)];
      if (worker > highest) highest = worker;
    });
    CHECK(std::all_of(runs.begin(), runs.end(), [](const std::atomic<int>& n) { return n == 1; }));
    CHECK(highest < threads);
  }
}

TEST_CASE("base: a context with another convolution is otherwise the same") {
  const Context plain(3, SimdTarget::baseline);
  CHECK(plain.convolution() == Convolution::automatic);
  const Context changed = plain.with_convolution(Convolution::im2col);
  CHECK(changed.convolution() == Convolution::im2col);
  CHECK(changed.threads() == 3);
  CHECK(changed.target() == SimdTarget::baseline);
  CHECK(plain.convolution() == Convolution::automatic);
  CHECK(to_string(Convolution::automatic) == "auto");
  CHECK(to_string(Convolution::winograd) == "winograd");
  CHECK(to_string(Convolution::im2col) == "im2col");
}

TEST_CASE("base: parallel_for inside parallel_for is serial and uses worker 0") {
  std::atomic<int> wrong{0}, total{0};
  parallel_for(Context(4), 4, [&](std::ptrdiff_t, int) {
    parallel_for(Context(4), 10, [&](std::ptrdiff_t, int worker) {
      ++total;
      if (worker != 0) ++wrong;
    });
  });
  CHECK(total == 40);
  CHECK(wrong == 0);
}

TEST_CASE("base: an exception in a piece reaches the caller") {
  for (const int threads : {1, 3}) {
    CHECK_THROWS_WITH_AS(parallel_for(Context(threads), 50,
                                      [](std::ptrdiff_t i, int) {
                                        if (i == 17) throw std::runtime_error("piece 17");
                                      }),
                         "piece 17", std::runtime_error);
  }
}

}  // namespace
}  // namespace impasto
