#include "kernel/workspace.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

#include "base/buffer.h"

using namespace impasto;

namespace {

struct Arrays {
  float* one;
  EqualArrays<double> sums;
  std::int32_t* last;

  explicit Arrays(Workspace& space)
      : one(space.take<float>(1)), sums(space.take_each<double>(3, 9)), last(space.take<std::int32_t>(17)) {}
};

std::size_t place(const void* array, const void* memory) {
  return static_cast<std::size_t>(static_cast<const std::byte*>(array) - static_cast<const std::byte*>(memory));
}

}  // namespace

TEST_CASE("a workspace's arrays follow each other, each on a 64-byte border") {
  const AlignedBytes memory = allocate_aligned(1024, nullptr);
  Workspace space(memory.get());
  const Arrays arrays(space);
  CHECK(place(arrays.one, memory.get()) == 0);
  CHECK(place(arrays.sums[0], memory.get()) == 64);
  CHECK(place(arrays.sums[1], memory.get()) == 64 + 128);  // 9 doubles are 72 bytes
  CHECK(place(arrays.sums[2], memory.get()) == 64 + 256);
  CHECK(place(arrays.last, memory.get()) == 64 + 3 * 128);
  CHECK(space.size<float>() == (64 + 3 * 128 + 128) / 4);
}

TEST_CASE("a dry run says what the arrays take, in elements of any type, and touches nothing") {
  const auto take = [](Workspace& space) {
    const Arrays arrays(space);
    CHECK(arrays.one == nullptr);
    CHECK(arrays.sums.first == nullptr);
    CHECK(arrays.last == nullptr);
  };
  CHECK(workspace_size<float>(take) == 144);
  CHECK(workspace_size<double>(take) == 72);
}

TEST_CASE("no arrays, and arrays of nothing, take nothing") {
  Workspace space;
  space.take<float>(0);
  space.take_each<double>(0, 100);
  space.take_each<double>(100, 0);
  CHECK(space.size<float>() == 0);
}
