// HDF5 as its release 2.0 writes it: groups of many links in heaps and trees, blocks of the user's before it; and
// Keras' bfloat16. The files are seeds that h5py 3.16 wrote (tests/fuzz/make_seeds.py).
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "archive/hdf5/hdf5.h"
#include "support/array_file_case.h"
#include "support/safetensors.h"

namespace impasto::testing {
namespace {

std::filesystem::path newer_seed(const std::string& name) {
  return std::filesystem::path(IMPASTO_SOURCE_DIR) / "tests/fuzz/corpus/hdf5" / name;
}

std::string newer_bytes(const std::string& name) {
  std::ifstream in(newer_seed(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The file with `count` bytes at `offset` behind the n-th `signature` replaced by a number.
std::string changed_seed(const std::string& name, const std::string& signature, std::size_t offset, std::uint64_t value,
                         int count, int n = 1) {
  std::string bytes = newer_bytes(name), number;
  append_little_endian(number, value, count);
  std::size_t at = 0;
  for (int i = 0; i < n; ++i) at = bytes.find(signature, i == 0 ? 0 : at + 1);
  REQUIRE(at != std::string::npos);
  bytes.replace(at + offset, number.size(), number);
  return bytes;
}

TEST_CASE("hdf5: groups of many links and attributes are read from heaps and trees") {
  const auto dense = open_array_file(newer_seed("dense"));
  CHECK(dense->entries().size() == 10);
  CHECK(dense->values("g/l7") == std::vector<float>{7});
  CHECK(dense->metadata().size() == 10);
  CHECK(dense->metadata().at("g@a9") == "text 9");
  const auto by_default = open_array_file(newer_seed("default"));
  CHECK(by_default->entries().size() == 10);
  CHECK(by_default->values("l9") == std::vector<float>{9});
}

TEST_CASE("hdf5: trees of several nodes, heaps of several blocks and names beyond a block are read") {
  const auto deep = open_array_file(newer_seed("deep"));
  REQUIRE(deep->entries().size() == 60);
  for (int i = 0; i < 60; ++i)
    CHECK(deep->values("layer" + std::to_string(i)) == std::vector<float>{static_cast<float>(i)});
  const auto huge = open_array_file(newer_seed("huge"));
  CHECK(huge->entries().size() == 10);
  CHECK(huge->values(std::string(5000, 'x')) == std::vector<float>{9});
}

TEST_CASE(
    "hdf5: behind a block of the user's it is found by what it begins with, and offsets count from the file's first "
    "byte") {
  const std::string bytes = newer_bytes("dense");
  CHECK(bytes.substr(512, 4) == "\x89HDF");
  const auto file = open_array_file(newer_seed("dense"));
  const std::uint64_t offset = file->entries().at("g/l1").offset;
  CHECK(bytes.substr(static_cast<std::size_t>(offset), 4) == std::string("\0\0\x80\x3f", 4));
  const TempFolder folder;
  // Moved later by others' programs, which leave the base in it as it was.
  const auto moved = open_array_file(folder.write("w", std::string(1024, 't') + newer_bytes("default")));
  CHECK(moved->values("l9") == std::vector<float>{9});
  CHECK_FALSE(refusal_of_bytes(std::string(1000, 't') + newer_bytes("default")).empty());
}

TEST_CASE("hdf5: newer files cut short anywhere are refused") {
  for (const char* name : {"dense", "deep", "huge", "default"}) {
    const std::string whole = newer_bytes(name);
    for (std::size_t length = 1; length < whole.size(); length += 7) {
      CAPTURE(length);
      CHECK_FALSE(refusal_of_bytes(whole.substr(0, length)).empty());
    }
    CHECK(contains(refusal_of_bytes(whole.substr(0, whole.size() - 1)), "was cut short"));
  }
}

TEST_CASE("hdf5: trees whose sizes lie are refused") {
  const auto refusal = [](std::size_t offset, std::uint64_t value, int count, const char* signature = "BTHD") {
    return refusal_of_bytes(changed_seed("deep", signature, offset, value, count));
  };
  CHECK(contains(refusal(4, 1, 1), "does not begin as one does"));
  CHECK(contains(refusal(5, 8, 1), "holds other records"));
  CHECK(contains(refusal(6, 20, 4), "nodes too small"));
  CHECK(contains(refusal(10, 12, 2), "records of another length"));
  CHECK(contains(refusal(12, 9, 2), "too deep"));
  CHECK(contains(refusal(12, 0, 2), "does not begin as one does"));  // an inner node is no leaf
  CHECK(contains(refusal(16, 1 << 30, 8), "lies at bytes"));         // the root
  CHECK(contains(refusal(24, 60000, 2), "more records than fit"));
  CHECK(contains(refusal(5, 8, 1, "BTIN"), "holds other records"));
  CHECK(contains(refusal(4, 1, 1, "BTLF"), "does not begin as one does"));
  // The one record of the root stands before its two children.
  CHECK(contains(refusal(6 + 11 + 8, 200, 1, "BTIN"), "more records than fit"));
  const std::string bytes = newer_bytes("deep");
  const std::size_t children = bytes.find("BTIN") + 6 + 11;
  std::string twice = bytes;
  twice.replace(children + 9, 9, bytes, children, 9);
  CHECK(contains(refusal_of_bytes(twice), "stands in it twice"));
}

TEST_CASE("hdf5: heaps whose sizes lie are refused") {
  const auto refusal = [](std::size_t offset, std::uint64_t value, int count, const char* signature = "FRHP") {
    return refusal_of_bytes(changed_seed("deep", signature, offset, value, count));
  };
  CHECK(contains(refusal(4, 1, 1), "does not begin as one does"));
  CHECK(contains(refusal(5, 8, 2), "names of another length"));
  CHECK(contains(refusal(7, 1, 2), "is compressed"));
  constexpr std::size_t kWidth = 110, kStart = 112, kDirect = 120, kBits = 128, kRoot = 132, kRows = 140;
  CHECK(contains(refusal(kWidth, 3, 2), "sizes that are none"));
  CHECK(contains(refusal(kStart, 0, 8), "sizes that are none"));
  CHECK(contains(refusal(kDirect, std::uint64_t{1} << 40, 8), "sizes that are none"));
  CHECK(contains(refusal(kBits, 64, 2), "names that are too short"));
  CHECK(contains(refusal(kRoot, 1 << 30, 8), "lies at bytes"));
  CHECK(contains(refusal(kRows, 0, 2), "does not begin as one does"));  // a table is no block
  CHECK(contains(refusal(5, 1, 8, "FHIB"), "belongs elsewhere"));
  CHECK(contains(refusal(5, 1, 8, "FHDB"), "belongs elsewhere"));
  // IDs: kind, offset in the heap (4 bytes), length (2).
  constexpr std::size_t kId = 6 + 4;
  CHECK(contains(refusal(kId, 0x30, 1, "BTLF"), "unknown kind"));
  CHECK(contains(refusal(kId, 0x10, 1, "BTLF"), "lacks an object"));
  CHECK(contains(refusal(kId + 1, 0xffffff, 4, "BTLF"), "beyond its blocks"));
  CHECK(contains(refusal(kId + 1, 1, 4, "BTLF"), "outside its block"));
  CHECK(contains(refusal(kId + 5, 0xffff, 2, "BTLF"), "outside its block"));
  CHECK(contains(refusal_of_bytes(changed_seed("huge", "BTLF", 6 + 8, 1 << 20, 8, 2)), "lies at bytes"));
}

TEST_CASE("hdf5: bfloat16 of Keras is known by the word beside it, or in the description of the whole model") {
  const auto file = open_array_file(newer_seed("bfloat16"));
  CHECK(file->entries().at("told").dtype == "BF16");
  CHECK(file->values("told") == std::vector<float>{0, 1, 2, 3});
  CHECK(
      contains(error_of(ErrorCode::input, [&] { file->values("silent"); }), "'silent' is of type opaque, of 2 bytes"));
  CHECK(contains(error_of(ErrorCode::input, [&] { file->values("other"); }), "'other' is of type opaque, of 2 bytes"));
  CHECK(open_array_file(newer_seed("bfloat16_model"))->values("model_weights/w") == std::vector<float>{0, 1, 2, 3});
}

}  // namespace
}  // namespace impasto::testing
