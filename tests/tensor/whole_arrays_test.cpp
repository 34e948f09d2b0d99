// Whole arrays as expressions.
#include "tensor/whole_arrays.h"

#include <doctest/doctest.h>

#include <vector>

namespace impasto::testing {
namespace {

TEST_CASE("tensor: the channels of a map are read and written where they lie") {
  std::vector<float> map = {1, 2, 3, 4, 5, 6};
  const std::span<float> values(map);
  xt::noalias(channel(values, 0)) = channel(values, 1) + 10.0F * channel(values, 2);
  CHECK(map == std::vector<float>{32, 2, 3, 65, 5, 6});
  auto of_two = channel(values, 1, 2);
  xt::noalias(of_two) += of_two;
  CHECK(map == std::vector<float>{32, 4, 3, 130, 5, 12});
  xt::noalias(flat(values)) = 1.0F - flat(std::span<const float>(map));
  CHECK(map == std::vector<float>{-31, -3, -2, -129, -4, -11});
}

TEST_CASE("tensor: means asked for in double lose nothing of small numbers beside a large one") {
  std::vector<float> numbers(1001, 1);
  numbers[0] = 1e8F;  // to which 1 adds nothing in float
  CHECK(xt::mean<double>(flat(std::span<const float>(numbers)))() == (1e8 + 1000) / 1001);
  CHECK(xt::mean<double>(flat(std::span<const float>(numbers)) > 0.5F)() == 1);
}

}  // namespace
}  // namespace impasto::testing
