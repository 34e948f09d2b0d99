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
#include <utility>
#include <vector>

#include "support/array_file_case.h"
#include "support/mat_variable.h"
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
}

using Fields = std::vector<std::pair<std::string, std::string>>;

// One layer with a kernel of 1 x 1 x 1 x 2 in single, 0.5 and 0.5, and further fields.
std::string layer_with(const Fields& fields) {
  const std::string half("\0\0\0\x3f", 4);
  Fields all = {{"filters", mat_numbers(7, 7, {1, 1, 1, 2}, half + half)}, {"name", mat_text("conv1_1")}};
  all.insert(all.end(), fields.begin(), fields.end());
  return mat_cell({mat_struct(all)}, "layers");
}

std::string mean_of(const std::string& numbers) {
  return mat_struct({{"normalization", mat_struct({{"averageImage", numbers}})}}, "meta");
}

std::unique_ptr<ArrayFile> opened(const TempFolder& folder, const std::string& variables) {
  return open_array_file(folder.write("w", mat_file(variables)));
}

TEST_CASE("mat: whole numbers of double or single are read, whichever type of integers they are stored in") {
  const TempFolder folder;
  struct {
    std::uint64_t type;
    std::size_t width;
    std::uint64_t first;
    float value;
  } const cases[] = {{1, 1, 0x80, -128},
                     {2, 1, 0x80, 128},
                     {3, 2, 0xfffe, -2},
                     {4, 2, 0xfffe, 65534},
                     {5, 4, 0xffffffff, -1},
                     {6, 4, 0xffffff00, 4294967040.0f},
                     {12, 8, 0xffffffffffffff80, -128},
                     {13, 8, 0x8000000000000000, 9223372036854775808.0f}};
  for (const auto& stored : cases) {
    for (const std::uint64_t kind : {6, 7}) {
      CAPTURE(stored.type);
      CAPTURE(kind);
      std::string bytes;
      append_little_endian(bytes, stored.first, static_cast<int>(stored.width));
      append_little_endian(bytes, 3, static_cast<int>(stored.width));
      const auto file = opened(folder, layer_with({{"biases", mat_numbers(kind, stored.type, {1, 2}, bytes)}}));
      CHECK(file->values("conv1_1.bias") == std::vector<float>{stored.value, 3});
    }
  }
  const auto zeros = opened(folder, layer_with({{"biases", mat_numbers(7, 2, {1, 2}, std::string(2, '\0'))}}));
  CHECK(zeros->values("conv1_1.bias") == std::vector<float>{0, 0});
  const std::string many = mat_cell(
      {mat_struct({{"name", mat_text("a")}, {"filters", mat_numbers(6, 2, {3, 10000}, std::string(30000, '\7'))}})},
      "layers");
  CHECK(opened(folder, many)->values("a.weight") == std::vector<float>(30000, 7));
  const std::string kernel = mat_numbers(8, 1, {1, 2}, "\1\2");  // int8: scaled by something that is not here
  CHECK(contains(refusal_of_bytes(mat_file(layer_with({{"biases", kernel}}))), "'conv1_1.bias' is of type I8"));
  const std::string lacking = mat_numbers(6, 4, {1, 2}, "\1\2\3");
  CHECK(contains(refusal_of_bytes(mat_file(layer_with({{"biases", lacking}}))), "other numbers than its sizes want"));
}

TEST_CASE("mat: a mean of whole numbers is read, and one that cannot be read is left out") {
  const TempFolder folder;
  const auto grey = opened(folder, layer_with({}) + mean_of(mat_numbers(6, 2, {1, 1, 3}, std::string(3, '\x80'))));
  CHECK(grey->metadata().at("mean") == "128,128,128");
  const std::string inf("\0\0\x80\x7f", 4);
  for (const std::string& unread :
       {mat_numbers(0x806, 2, {1, 1, 3}, std::string(3, '\1')) /* complex */, mat_numbers(9, 2, {1, 1, 3}, "abc"),
        mat_numbers(7, 7, {1, 1, 3}, inf + inf + inf), mat_numbers(7, 7, {1, 1}, inf), mat_object(), mat_text("abc")}) {
    const auto file = opened(folder, layer_with({}) + mean_of(unread));
    CHECK(file->metadata().count("mean") == 0);
    CHECK(file->values("conv1_1.weight") == std::vector<float>{0.5f, 0.5f});
  }
}

TEST_CASE("mat: objects of MATLAB's classes, which have no sizes, are passed over wherever they stand") {
  const TempFolder folder;
  const std::string inner = layer_with({{"made", mat_object()}, {"notes", mat_cell({mat_object(), mat_text("a")})}});
  for (const std::string& variables : {mat_object("made") + layer_with({}), layer_with({}) + mat_object("made"),
                                       mat_object("net") + layer_with({}), inner}) {
    CHECK(opened(folder, variables)->values("conv1_1.weight") == std::vector<float>{0.5f, 0.5f});
  }
  std::string beyond = mat_object();
  beyond[4] = static_cast<char>(beyond[4] + 64);
  CHECK(contains(refusal_of_bytes(mat_file(layer_with({{"made", beyond}}))), "ends too early"));
}

TEST_CASE("mat: a field that stands twice is damage") {
  const std::string twice = "a field that stands twice";
  CHECK(contains(refusal_of_bytes(mat_file(layer_with({{"name", mat_text("conv1_2")}}))), twice));
  CHECK(contains(refusal_of_bytes(mat_file(layer_with({{"filters", mat_cell({})}}))), twice));
  CHECK(contains(refusal_of_bytes(mat_file(layer_with({{"pad", mat_text("a")}, {"pad", mat_text("a")}}))), twice));
  const std::string within = mat_struct({{"b", mat_struct({{"name", mat_text("x")}})}});
  CHECK(contains(refusal_of_bytes(mat_file(layer_with({{"a", within}, {"a/b/name", mat_text("y")}}))), twice));
}

TEST_CASE("mat: paths longer than those in networks, and more of them, are refused") {
  const TempFolder folder;
  const auto nested = [](std::size_t letters, std::size_t depth) {
    std::string inner = mat_text("a");
    for (std::size_t i = 0; i < depth; ++i) inner = mat_struct({{std::string(letters, 'f'), inner}});
    return mat_file(layer_with({{"more", inner}}));
  };
  CHECK_NOTHROW(open_array_file(folder.write("w", nested(100, 4))));
  CHECK(contains(refusal_of_bytes(nested(100, 5)), "a path of more than 500 bytes"));
  CHECK(contains(refusal_of_bytes(nested(4000, 12)), "a path of more than 500 bytes"));
  const auto named = [](std::size_t count) {
    const std::string one = mat_struct({{"name", mat_text(std::string(4000, 'n'))}});
    return mat_file(layer_with({{"more", mat_cell(std::vector<std::string>(count, one))}}));
  };
  CHECK_NOTHROW(open_array_file(folder.write("w", named(250))));
  CHECK(contains(refusal_of_bytes(named(270)), "more names than a network"));
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
