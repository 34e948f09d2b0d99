#include "autodiff/planner.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/error_of.h"

namespace impasto::testing {

TEST_CASE("planner: an arena larger than a program can address is refused, buffers that share memory are not") {
  const auto plan = [](int second_begin) { return plan_memory({{"a", 640, 0, 1}, {"b", 640, second_begin, 9}}, 1000); };
  CHECK(plan(2).arena_bytes == 640);
  CHECK(plan(2).unshared_bytes == 1280);
  CHECK(contains(error_of(ErrorCode::io, [&] { plan(1); }), "out of memory"));
}

TEST_CASE("planner: offsets are not counted past the end of what can be addressed") {
  // Together they are 3 x 2^30 bytes, which 32 bits can say and not address; with a fourth 2^32, which they call 0.
  constexpr std::size_t kLarge = std::size_t{1} << 30;
  constexpr std::uint64_t kMost = (std::uint64_t{1} << 31) - 1;
  std::vector<PlannedBuffer> buffers(4, {"a", kLarge, 0, 1});
  CHECK(contains(error_of(ErrorCode::io, [&] { plan_memory(buffers, kMost); }), "2048 MiB wanted in one piece"));
  for (std::size_t i = 0; i < buffers.size(); ++i) buffers[i].begin = buffers[i].end = static_cast<int>(i);
  const Plan apart = plan_memory(buffers, kMost);
  CHECK(apart.arena_bytes == kLarge);
  CHECK(apart.unshared_bytes == saturated(std::uint64_t{1} << 32));
}

}  // namespace impasto::testing
