// Half precision against its definition, by every bit pattern there is.
#include "archive/elements.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/half.h"

namespace impasto::testing {
namespace {

using Narrow = std::uint16_t (*)(float);
using Widen = float (*)(std::uint16_t);

// Every positive finite pattern comes back; what lies between two neighbours goes to the nearer, in the middle to the
// even.
void check_rounding(Narrow narrow, Widen widen, std::uint16_t infinity) {
  int wrong = 0;
  for (std::uint16_t bits = 0; bits < infinity; ++bits) {
    const float low = widen(bits), high = bits + 1 == infinity ? std::numeric_limits<float>::quiet_NaN()
                                                               : widen(static_cast<std::uint16_t>(bits + 1));
    wrong += narrow(low) != bits || narrow(-low) != (bits | 0x8000);
    if (std::isnan(high)) continue;
    const float middle = low / 2 + high / 2;
    if (middle == low || middle == high) continue;  // below float's own smallest number
    wrong += narrow(middle) != (bits % 2 == 0 ? bits : bits + 1);
    wrong += narrow(std::nextafter(middle, 0.0F)) != bits;
    wrong += narrow(std::nextafter(middle, high)) != bits + 1;
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("elements: rounding to half and bfloat16 is to nearest, ties to even, for every pattern") {
  check_rounding(half_from_float, float_from_half, 0x7c00);
  check_rounding(bfloat16_from_float, float_from_bfloat16, 0x7f80);
}

TEST_CASE("elements: what is beyond the largest number becomes infinite, and NaN stays NaN") {
  CHECK(half_from_float(65519.996F) == 0x7bff);
  CHECK(half_from_float(65520.0F) == 0x7c00);
  CHECK(half_from_float(-1e30F) == 0xfc00);
  CHECK(half_from_float(0x1p-25F) == 0);
  CHECK(half_from_float(std::nextafter(0x1p-25F, 1.0F)) == 1);
  CHECK(bfloat16_from_float(std::numeric_limits<float>::max()) == 0x7f80);
  CHECK(bfloat16_from_float(-std::numeric_limits<float>::infinity()) == 0xff80);
  // A signalling NaN whose payload sits in the low bits alone must not become infinite.
  const float odd_nan = std::bit_cast<float>(0x7f800001U);
  CHECK(std::isnan(float_from_half(half_from_float(odd_nan))));
  CHECK(std::isnan(float_from_bfloat16(bfloat16_from_float(odd_nan))));
}

TEST_CASE("elements: numbers are written and read in pieces, in order") {
  std::vector<float> values(40000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 2048) - 1024;
  for (const std::string dtype : {"F32", "F16"}) {
    std::vector<std::uint8_t> bytes;
    write_elements(dtype, values,
                   [&](std::span<const std::uint8_t> b) { bytes.insert(bytes.end(), b.begin(), b.end()); });
    CHECK(bytes.size() == values.size() * element_bytes(dtype));
    std::size_t at = 0;
    const auto next = [&](std::span<std::uint8_t> piece) {
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), piece.size(), piece.begin());
      at += piece.size();
    };
    CHECK(read_elements(dtype, values.size(), next) == values);
  }
  CHECK(element_bytes("F64") == 8);
  CHECK(element_bytes("I8") == 0);
  CHECK(readable_bytes("I8") == 1);
  CHECK(readable_bytes("BF16") == 2);
  CHECK(readable_bytes("I32") == 0);
  CHECK(element_bytes("I32") == 0);
}

TEST_CASE("elements: whole numbers of 8 bits have a sign") {
  const std::vector<float> values = read_elements("I8", 5, [&](std::span<std::uint8_t> piece) {
    const std::uint8_t bytes[] = {0, 1, 127, 128, 255};
    std::copy_n(bytes, piece.size(), piece.begin());
  });
  CHECK(values == std::vector<float>{0, 1, 127, -128, -1});
}

TEST_CASE("elements: F64 is rounded to float") {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(1.0 / 3);
  const std::vector<float> values = read_elements("F64", 1, [&](std::span<std::uint8_t> piece) {
    for (std::size_t i = 0; i < 8; ++i) piece[i] = static_cast<std::uint8_t>(bits >> (8 * i));
  });
  CHECK(values == std::vector<float>{1.0F / 3});
}

}  // namespace impasto::testing
