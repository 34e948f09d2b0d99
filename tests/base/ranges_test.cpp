#include "base/ranges.h"

#include <doctest/doctest.h>

#include <cstddef>

namespace impasto::testing {

TEST_CASE(
    "ranges: the pieces of a sum follow each other and cover all, also where their number times the count is 2^36") {
  for (const std::ptrdiff_t count :
       {std::ptrdiff_t{1}, std::ptrdiff_t{255}, std::ptrdiff_t{1000}, (std::ptrdiff_t{1} << 28) - 1}) {
    CAPTURE(count);
    bool good = true;
    const double covered = sum_pieces(Context(1), count, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
      good = good && 0 <= begin && begin < end && end <= count;
      return static_cast<double>(end - begin);
    });
    CHECK(good);
    CHECK(covered == static_cast<double>(count));
  }
  CHECK(piece_begin(7, 0, 3) == 0);
  CHECK(piece_begin(7, 1, 3) == 2);
  CHECK(piece_begin(7, 3, 3) == 7);
}

}  // namespace impasto::testing
