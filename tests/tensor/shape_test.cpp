#include "tensor/shape.h"

#include <doctest/doctest.h>

#include <cstdint>

#include "base/sizes.h"
#include "support/error_of.h"

namespace impasto::testing {

TEST_CASE("shape: sizes multiply to the count, and none is 0 or less") {
  CHECK(Shape().count() == 1);
  CHECK(Shape({3, 5, 7}).count() == 105);
  for (const Index size : {0, -1}) error_of(ErrorCode::input, [&] { Shape({2, size}); });
}

TEST_CASE("shape: more elements than doubles can be addressed, or than 2^40, are refused and not counted wrongly") {
  constexpr Index kMost = kMostBytes / sizeof(double) < std::uint64_t{1} << 40
                              ? static_cast<Index>(kMostBytes / sizeof(double))
                              : static_cast<Index>(std::int64_t{1} << 40);
  CHECK(Shape({kMost}).count() == kMost);
  CHECK(contains(error_of(ErrorCode::input, [&] { Shape({kMost + 1}); }), "elements is not possible"));
  CHECK(contains(error_of(ErrorCode::input, [&] { Shape({kMost, 2}); }), "elements is not possible"));
  // 2^64 elements, which are 0 in 32 and in 64 bits.
  CHECK(contains(error_of(ErrorCode::input, [] { Shape({65536, 65536, 65536, 65536}); }), "elements is not possible"));
}

}  // namespace impasto::testing
