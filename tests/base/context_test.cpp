#include "impasto/context.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

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

}  // namespace
}  // namespace impasto
