// Raw numbers and the JSON beside them.
#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/array_file_case.h"
#include "support/safetensors.h"

namespace impasto::testing {
namespace {

const char* kTwoArrays =
    R"({"file": "w.bin", "metadata": {"range": "255", "note": 3},
        "arrays": [{"name": "b", "shape": [2], "offset": 8, "dtype": "F16"}, {"name": "a", "shape": [1, 2], "offset": 0}]})";

std::string numbers() {
  std::string bytes;
  for (const float value : {1.5F, -2.0F}) append_value(bytes, value, "F32");
  for (const float value : {0.25F, 4.0F}) append_value(bytes, value, "F16");
  return bytes;
}

// The sentence for this description beside a file of 12 bytes.
std::string refusal(const std::string& description) {
  const TempFolder folder;
  folder.write("w.bin", numbers());
  return refusal_of(folder.write("w.json", description));
}

std::string with_arrays(const std::string& arrays) { return R"({"file": "w.bin", "arrays": [)" + arrays + "]}"; }

}  // namespace

TEST_CASE("blob: arrays are read by naming the JSON, or the numbers beside it") {
  const TempFolder folder;
  folder.write("w.json", kTwoArrays);
  folder.write("w.bin", numbers());
  for (const char* name : {"w.json", "w.bin"}) {
    const auto file = open_array_file(folder / name);
    CHECK(file->entries().size() == 2);
    CHECK(file->entries().at("a").sizes == std::vector<std::int64_t>{1, 2});
    CHECK(file->values("a") == std::vector<float>{1.5F, -2});
    CHECK(file->values("b") == std::vector<float>{0.25F, 4});
    CHECK(file->metadata() == std::map<std::string, std::string>{{"range", "255"}});
  }
}

TEST_CASE("blob: raw numbers whose JSON is not there, or speaks of another file, are no weights file") {
  const TempFolder folder;
  folder.write("w.bin", numbers());
  CHECK(contains(refusal_of(folder / "w.bin"), "nor HDF5, .npz, .pth, ONNX, .mat or the JSON of a raw file"));
  folder.write("w.json", R"({"file": "other.bin", "arrays": []})");
  CHECK(contains(refusal_of(folder / "w.bin"), "nor HDF5, .npz, .pth, ONNX, .mat or the JSON of a raw file"));
  CHECK(contains(refusal_of(folder / "w.json"), "other.bin' does not exist"));
}

TEST_CASE("blob: the numbers must lie beside their description") {
  for (const std::string name : {"/etc/passwd", "../w.bin", "a/b", "a\\\\b", "c:b", "", ".", "..", "a\\u0000b"}) {
    CAPTURE(name);
    CHECK(contains(refusal(R"({"file": ")" + name + R"(", "arrays": []})"), "must be a plain name"));
  }
}

TEST_CASE("blob: descriptions with something missing, twice or unknown are refused") {
  CHECK(contains(refusal("{}"), "lacks \"file\""));
  CHECK(contains(refusal(R"({"file": 3})"), "lacks \"file\""));
  CHECK(contains(refusal(R"({"file": "w.bin"})"), "lacks \"arrays\""));
  CHECK(contains(refusal(R"({"file": "w.bin", "arrays": [], "metdata": {}})"), "key 'metdata', which is unknown"));
  CHECK(contains(refusal(R"({"file": "w.bin", "file": "x", "arrays": []})"), "'file' twice"));
  CHECK(contains(refusal("{\"file\": "), "damaged description"));
  CHECK(contains(refusal(with_arrays(R"({"name": "a", "shape": [1]})")), "entry 1 of \"arrays\" lacks"));
  CHECK(contains(refusal(with_arrays(R"({"name": "a", "shape": [1], "offset": 0, "order": "F"})")), "key 'order'"));
  CHECK(contains(refusal(with_arrays(R"({"name": "a", "shape": [-1], "offset": 0})")), "list of sizes"));
  CHECK(contains(refusal(with_arrays(R"({"name": "a", "shape": [1], "offset": 0, "dtype": "I32"})")), "type 'I32'"));
}

TEST_CASE("blob: arrays beyond the file's end, too large, named twice or overlapping are refused") {
  CHECK(contains(refusal(with_arrays(R"({"name": "a", "shape": [4], "offset": 0})")), "'a' wants more values"));
  CHECK(contains(refusal(with_arrays(R"({"name": "a", "shape": [1], "offset": 10})")), "'a' wants more values"));
  CHECK(contains(refusal(with_arrays(R"({"name": "a", "shape": [1], "offset": 18446744073709551615})")),
                 "'a' wants more values"));
  CHECK(contains(refusal(with_arrays(R"({"name": "a", "shape": [4294967296, 4294967296], "offset": 0})")),
                 "'a' wants more values"));
  CHECK(contains(
      refusal(with_arrays(R"({"name": "a", "shape": [1], "offset": 0}, {"name": "a", "shape": [1], "offset": 4})")),
      "name 'a' twice"));
  CHECK(contains(
      refusal(with_arrays(R"({"name": "a", "shape": [2], "offset": 0}, {"name": "b", "shape": [1], "offset": 4})")),
      "'a' and 'b' overlap"));
}

}  // namespace impasto::testing
