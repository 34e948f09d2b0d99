// The machine's peak, which shares of are taken.
#include "kernel/simd/peak.h"

#include <doctest/doctest.h>

#include <cmath>

#include "impasto/benchmark.h"

using namespace impasto;

TEST_CASE("kernel: every target and number of threads has a peak") {
  for (const SimdTarget target : available_targets()) {
    for (const int threads : {1, 3}) {
      const double gflops = peak_gflops(Context(threads, target));
      CAPTURE(to_string(target));
      CHECK(std::isfinite(gflops));
      CHECK(gflops > 0.01);
      CHECK(gflops < 1e6);
    }
  }
}

TEST_CASE("kernel: multiply-accumulates are counted by round and lane") {
  for (const SimdTarget target : available_targets()) {
    const double once = run_multiply_adds(target, 1);
    CAPTURE(to_string(target));
    CHECK(once >= 2 * 12);
    CHECK(run_multiply_adds(target, 1000) == 1000 * once);
    CHECK(run_multiply_adds(target, 0) == 0);
  }
}
