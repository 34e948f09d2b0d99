// MATLAB's files, as MatConvNet keeps networks in them: seeds that SciPy wrote, plain ones damaged here.
#include "archive/matlab/mat_file.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "support/array_file_case.h"
#include "support/safetensors.h"

namespace impasto::testing {
namespace {

std::filesystem::path mat_seed(const std::string& name) {
  return std::filesystem::path(IMPASTO_SOURCE_DIR) / "tests/fuzz/corpus/mat" / name;
}

std::string mat_bytes(const std::string& name) {
  std::ifstream in(mat_seed(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The plain file with a number of 4 bytes at `at` in place of the one there.
std::string mat_with(std::size_t at, std::uint64_t value) {
  std::string bytes = mat_bytes("older"), number;
  append_little_endian(number, value, 4);
  return bytes.replace(at, 4, number);
}

TEST_CASE("mat: a network of MatConvNet is read by the names of its layers, newer and older, deflated and plain") {
  std::vector<float> kernel(54);
  for (std::size_t i = 0; i < kernel.size(); ++i) kernel[i] = static_cast<float>(i);
  for (const char* name : {"newer", "older", "net"}) {
    CAPTURE(name);
    const auto file = open_array_file(mat_seed(name));
    CHECK(file->format() == std::string("MATLAB"));
    CHECK(file->entries().at("conv1_1.weight").sizes == std::vector<std::int64_t>{3, 3, 3, 2});
    CHECK(file->values("conv1_1.weight") == kernel);
    CHECK(file->entries().at("conv1_1.bias").sizes == std::vector<std::int64_t>{2});
    CHECK(file->values("conv1_1.bias") == std::vector<float>{1, 2});
    CHECK(file->metadata().at("layout") == "HWIO");
  }
  CHECK(open_array_file(mat_seed("older"))->entries().at("conv1_1.bias").dtype == "F64");
}

TEST_CASE("mat: the mean colour that a network takes off is that of its RGB 0..255, of one pixel or a picture") {
  for (const char* name : {"newer", "older"}) {
    const auto file = open_array_file(mat_seed(name));
    CHECK(file->metadata().at("mean") == "123.68,116.779,103.939");
    CHECK(file->metadata().at("channel_order") == "RGB");
    CHECK(file->metadata().at("range") == "255");
  }
  CHECK(open_array_file(mat_seed("net"))->metadata().count("mean") == 0);
}

TEST_CASE("mat: a file cut short anywhere is refused") {
  for (const char* name : {"newer", "older"}) {
    const std::string whole = mat_bytes(name);
    std::size_t whole_network = 0;
    for (std::size_t length = 1; length < whole.size(); ++length) {
      const TempFolder folder;
      try {
        const auto file = open_array_file(folder.write("w", whole.substr(0, length)));
        for (const auto& entry : file->entries()) file->values(entry.first);
        ++whole_network;  // cut between two variables
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::input);
      }
    }
    CHECK(whole_network == 1);
  }
}

TEST_CASE("mat: sizes that lie are refused") {
  // The variable's tag, its flags (8 bytes behind a tag), sizes, name, then the struct in the cell.
  const std::string bytes = mat_bytes("older");
  constexpr std::size_t kTag = 128, kFlags = 136, kSizes = 152, kFirstSize = 160;
  REQUIRE(bytes.substr(kTag, 1) == "\x0e");
  CHECK(contains(refusal_of_bytes(mat_with(kTag, 3)), "its variable at byte 128 is none"));
  CHECK(contains(refusal_of_bytes(mat_with(kTag + 4, 1 << 20)), "lies beyond its end"));
  CHECK(contains(refusal_of_bytes(mat_with(kTag + 4, 80)), "damaged"));
  CHECK(contains(refusal_of_bytes(mat_with(kFlags, 5)), "lacks an element"));
  CHECK(contains(refusal_of_bytes(mat_with(kFlags + 4, 400)), "lacks an element"));
  CHECK(contains(refusal_of_bytes(mat_with(kSizes + 4, 7)), "sizes of unknown form"));
  CHECK(contains(refusal_of_bytes(mat_with(kFirstSize, 9)), "lacks cells"));
  CHECK(contains(refusal_of_bytes(mat_with(kFirstSize, 0)), "another size than its parts"));
  CHECK(contains(refusal_of_bytes(mat_with(kFirstSize, 0xffffffff)), "lacks cells"));
  const auto numbers = [&](std::size_t behind, std::uint64_t value) {  // of the kernel: sizes, then the numbers' tag
    const std::size_t sizes = bytes.find(std::string("\3\0\0\0\3\0\0\0\3\0\0\0\2\0\0\0", 16));
    REQUIRE(sizes != std::string::npos);
    return refusal_of_bytes(mat_with(sizes + behind, value));
  };
  CHECK(contains(numbers(0, 4), "other numbers than its sizes want"));
  CHECK(contains(numbers(0, 0xffffffff), "other numbers than its sizes want"));
  CHECK(contains(numbers(28, 1 << 20), "numbers beyond its end"));
  CHECK(contains(numbers(28, 212), "other numbers than its sizes want"));
  CHECK(contains(numbers(24, 5), "'conv1_1.weight' is of type I32"));
}

TEST_CASE("mat: other MATLAB files are refused by name") {
  std::string bytes = mat_bytes("older");
  bytes.replace(126, 2, "MI");
  CHECK(contains(refusal_of_bytes(bytes), "big-endian machine"));
  CHECK(contains(refusal_of_bytes(mat_bytes("older").substr(0, 128)), "without a network of MatConvNet"));
  CHECK(
      contains(refusal_of_bytes("MATLAB 7.3 MAT-file, Platform: GLNXA64" + std::string(512, ' ')), "save it with -v7"));
  const std::string twice = mat_bytes("older") + mat_bytes("older").substr(128);
  CHECK(contains(refusal_of_bytes(twice), "stands in it twice"));
}

TEST_CASE("mat: damaged deflated numbers fail their checksum") {
  std::string bytes = mat_bytes("newer");
  std::size_t refused = 0;
  for (std::size_t at = 136; at < 400; ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    refused += refusal_of_bytes(damaged).empty() ? 0 : 1;
  }
  CHECK(refused == 264);
}

}  // namespace
}  // namespace impasto::testing
