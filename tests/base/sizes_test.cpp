// Sizes that a machine cannot say or address: the rules of 32 bits hold on every machine here.
#include "base/sizes.h"

#include <doctest/doctest.h>

#include <new>
#include <stdexcept>
#include <vector>

#include "base/check.h"
#include "base/machine.h"
#include "support/error_of.h"

namespace impasto::testing {
namespace {

constexpr std::uint64_t kGib = std::uint64_t{1} << 30, kMost = ~std::uint64_t{0};

}  // namespace

TEST_CASE("sizes: what a number cannot say becomes the largest it can") {
  CHECK(saturated<std::uint32_t>(4 * kGib) == 0xffffffff);
  CHECK(saturated<std::uint32_t>(4 * kGib - 2) == 0xfffffffe);
  CHECK(saturated<std::int32_t>(2 * kGib) == 0x7fffffff);
  CHECK(saturated(7) == 7);
  CHECK(saturated_product(kGib, 4 * kGib) == std::uint64_t{1} << 62);
  CHECK(saturated_product(4 * kGib, 4 * kGib) == kMost);
  CHECK(saturated_product(kMost, 1) == kMost);
  CHECK(saturated_product(0, kMost) == 0);
  CHECK(saturated_product(kMost, 0) == 0);
}

TEST_CASE("sizes: more in one piece than a program can address is refused") {
  CHECK(bytes_in_one_piece(10, 8) == 80);
  CHECK(bytes_in_one_piece(kGib / 8, 8, kGib) == kGib);
  const auto refusal = [](std::uint64_t count, std::size_t width, std::uint64_t most) {
    return error_of(ErrorCode::io, [&] { bytes_in_one_piece(count, width, most); });
  };
  CHECK(
      contains(refusal(kGib, 4, 2 * kGib - 1), "4096 MiB wanted in one piece, and this program can address 2048 MiB"));
  // 2^61 numbers of 8 bytes are 0 bytes in 64 bits.
  CHECK(contains(refusal(std::uint64_t{1} << 61, 8, kMostBytes), "out of memory"));
  CHECK(contains(refusal(static_cast<std::uint64_t>(std::ptrdiff_t{-1}), 4, kMostBytes), "out of memory"));
}

TEST_CASE("sizes: a container beyond what a program can address is an Error like memory that runs out") {
  for (const bool length : {false, true}) {
    CHECK(contains(error_of(ErrorCode::io,
                            [&] {
                              with_memory_error("testing", [&] {
                                if (length) throw std::length_error("vector");
                                throw std::bad_alloc();
                              });
                            }),
                   "out of memory while testing"));
  }
}

TEST_CASE("base: free memory is a size that one object may have, and is not 0") {
  CHECK(free_memory_bytes() >= std::size_t{1} << 20);
  CHECK(free_memory_bytes() <= kMostBytes);
}

}  // namespace impasto::testing
