// Files beyond what 32 bits count, as holes that take no disk: arrays far behind are read wherever the file fits, and
// an array that does not fit is refused.
#include <doctest/doctest.h>

#include <fstream>

#include "base/sizes.h"
#include "support/array_file_case.h"
#include "support/safetensors.h"

namespace impasto::testing {
namespace {

constexpr std::uint64_t kGib = std::uint64_t{1} << 30;

// A file of `header`, zeros up to `before` bytes of data, and 1.5 as F32.
std::filesystem::path file_with_hole(const TempFolder& folder, const std::string& header, std::uint64_t before) {
  const std::filesystem::path file = folder.write("w", header);
  std::filesystem::resize_file(file, header.size() + before);
  std::ofstream(file, std::ios::binary | std::ios::app) << std::string("\0\0\xc0\x3f", 4);
  return file;
}

std::string entry(const std::string& name, std::uint64_t count, std::uint64_t begin) {
  return "\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[" + std::to_string(count) + "],\"data_offsets\":[" +
         std::to_string(begin) + "," + std::to_string(begin + 4 * count) + "]}";
}

}  // namespace

TEST_CASE("safetensors: an array beyond 4 GiB is read, and one that cannot be addressed is refused alone") {
  const TempFolder folder;
  const std::string header = "{" + entry("large", kGib, 0) + "," + entry("far", 1, 4 * kGib) + "}";
  const auto file = open_array_file(file_with_hole(folder, with_header(header, ""), 4 * kGib));
  CHECK(file->entries().at("far").offset > 4 * kGib);
  CHECK(file->entries().at("large").bytes == 4 * kGib);
  CHECK(file->values("far") == std::vector<float>{1.5F});
  if (kMostBytes < 4 * kGib)  // elsewhere it would be read
    CHECK(contains(error_of(ErrorCode::io, [&] { file->values("large"); }), "4096 MiB wanted in one piece"));
}

TEST_CASE("blob: an array beyond 4 GiB is read, and one that lies there in 64 bits alone is not found in 32") {
  const TempFolder folder;
  file_with_hole(folder, "", 4 * kGib);
  folder.write("w.json", R"({"file": "w", "arrays": [{"name": "far", "shape": [1], "offset": 4294967296}]})");
  CHECK(open_array_file(folder / "w.json")->values("far") == std::vector<float>{1.5F});
  folder.write("w.json", R"({"file": "w", "arrays": [{"name": "far", "shape": [2], "offset": 4294967296}]})");
  CHECK(contains(refusal_of(folder / "w.json"), "'far' wants more values"));
  // 2^32 + 1 numbers are 4 bytes in 32 bits.
  folder.write("w.json", R"({"file": "w", "arrays": [{"name": "many", "shape": [4294967297], "offset": 0}]})");
  CHECK(contains(refusal_of(folder / "w.json"), "'many' wants more values"));
}

}  // namespace impasto::testing
