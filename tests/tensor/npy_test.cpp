#include "tensor/npy.h"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <random>
#include <string>

#include "base/sizes.h"
#include "support/error_of.h"

namespace impasto::testing {

namespace {

using Bytes = std::vector<std::uint8_t>;

// A .npy file of version 1 with this header and `data` zero bytes of numbers.
Bytes with_header(const std::string& header, std::size_t data) {
  Bytes bytes = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  bytes.push_back(static_cast<std::uint8_t>(header.size()));
  bytes.push_back(static_cast<std::uint8_t>(header.size() >> 8));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.resize(bytes.size() + data);
  return bytes;
}

std::string refusal(const Bytes& bytes) {
  return error_of(ErrorCode::input, [&] { decode_npy(bytes, "a.npy"); });
}

}  // namespace

TEST_CASE("npy: floats come back as they were, with their shape") {
  const std::array<float, 6> values = {0.0f, -1.5f, 3.25e-20f, std::numeric_limits<float>::infinity(), 0.1f, 1e30f};
  for (const std::vector<std::size_t>& shape : {std::vector<std::size_t>{6}, {2, 3}, {3, 1, 2}, {1, 2, 1, 3}, {1, 6}}) {
    const NpyArray array = decode_npy(encode_npy(values, shape), "a.npy");
    CHECK(array.shape == shape);
    CHECK(array.values == std::vector<double>(values.begin(), values.end()));
  }
}

TEST_CASE("npy: the bytes are those numpy.save writes") {
  const std::array<float, 2> values = {1.0f, -2.0f};
  const std::array<std::size_t, 2> shape = {1, 2};
  const Bytes bytes = encode_npy(values, shape);
  std::string wanted =
      std::string("\x93NUMPY\x01\x00\x76\x00", 10) + "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
  wanted.append(127 - wanted.size(), ' ');
  wanted += '\n';
  wanted += std::string("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8);
  CHECK(std::string(bytes.begin(), bytes.end()) == wanted);
}

TEST_CASE("npy: float64, any order of keys, double quotes and an empty array are read") {
  Bytes bytes = with_header("{\"shape\": (1,), 'descr': '<f8', 'fortran_order': False}\n", 8);
  bytes[bytes.size() - 1] = 0x3f;
  bytes[bytes.size() - 2] = 0xf8;
  CHECK(decode_npy(bytes, "a.npy").values == std::vector<double>{1.5});
  CHECK(decode_npy(with_header("{'descr':'<f4','fortran_order':False,'shape':(0,5)}", 0), "a.npy").values.empty());
}

TEST_CASE("npy: other types, orders and numbers of dimensions are refused") {
  CHECK(contains(refusal(with_header("{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}", 4)), "type '<i4'"));
  CHECK(contains(refusal(with_header("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", 4)), "type '>f4'"));
  CHECK(contains(refusal(with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1)}", 4)), "Fortran"));
  CHECK(contains(refusal(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4)), "0 dimensions"));
  CHECK(contains(refusal(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1)}", 4)),
                 "5 dimensions"));
}

TEST_CASE("npy: a shape that the bytes cannot hold is refused before memory is taken") {
  const std::string head = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
  for (const std::string shape : {"(3,)", "(999999999999999999,)", "(4294967296, 4294967296)",
                                  "(65536, 65536, 65536, 65536)", "(1,)", "(0,)", "(4611686018427387904, 4)"}) {
    CAPTURE(shape);
    refusal(with_header(head + shape + "}", 8));
  }
  CHECK(contains(refusal(with_header(head + "(3,)}", 8)), "8 bytes"));
}

TEST_CASE("npy: a side longer than a program can address is refused, also beside one of 0") {
  const Bytes bytes = with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4294967296)}", 0);
  if (kMostBytes < std::uint64_t{1} << 32) {
    CHECK(contains(refusal(bytes), "(0, 4294967296), one side of which is longer"));
  } else {
    CHECK(decode_npy(bytes, "a.npy").shape.back() == saturated(std::uint64_t{1} << 32));
  }
  constexpr std::uint64_t kLong[] = {0, std::uint64_t{1} << 63};
  CHECK(contains(error_of(ErrorCode::input, [&] { addressable_shape(kLong, "array 'a'"); }), "array 'a' is of shape"));
}

TEST_CASE("npy: a shape whose product overflows does not fit values") {
  const std::vector<std::size_t> shape = {65536, 65536, 65536, 65536};  // 2^64: 0 in 32 and in 64 bits
  CHECK(contains(error_of(ErrorCode::usage, [&] { require_shape_of(0, shape, "array 'a'"); }),
                 "0 values do not fill its shape"));
}

TEST_CASE("npy: malformed headers are refused") {
  for (const std::string header :
       {"", "{", "{}", "{'descr': '<f4'}", "{'descr' '<f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", "{'descr': '<f4",
        "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'other': False, 'fortran_order': False, 'shape': (1,)}"}) {
    CAPTURE(header);
    CHECK(contains(refusal(with_header(header, 4)), "header"));
  }
}

TEST_CASE("npy: a file cut at any length is refused") {
  const std::array<float, 4> values = {1, 2, 3, 4};
  const std::array<std::size_t, 1> shape = {4};
  const Bytes bytes = encode_npy(values, shape);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    refusal(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)));
  }
}

TEST_CASE("npy: random damage is either read or refused") {
  const std::array<float, 4> values = {1, 2, 3, 4};
  const std::array<std::size_t, 2> shape = {2, 2};
  const Bytes good = encode_npy(values, shape);
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes = good;
    for (std::uint32_t i = 0; i < 1 + random() % 3; ++i) {
      bytes[random() % 75] = static_cast<std::uint8_t>(random());
    }
    try {
      const NpyArray array = decode_npy(bytes, "a.npy");
      CHECK(array.values.size() <= values.size());
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::input);
    }
  }
}

}  // namespace impasto::testing
