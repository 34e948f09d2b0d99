// Weights in parts with an index beside them, as Hugging Face's libraries and Keras write them.
#include "archive/shards.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/array_file_case.h"
#include "support/safetensors.h"

namespace impasto::testing {
namespace {

std::string one_part(const std::string& name, float value, const std::string& source = "keras") {
  return safetensors({{name, {2}, {value, value}}}, {{"source", source}});
}

std::string index_text(const std::string& map) {
  return R"({"metadata": {"total_size": 16}, "weight_map": {)" + map + "}}";
}

// Two parts and their index, as transformers names them.
struct PartsFolder : TempFolder {
  PartsFolder() {
    write("m-00001-of-00002.safetensors", one_part("x", 1));
    write("m-00002-of-00002.safetensors", one_part("y", 2));
    write_index(R"("x": "m-00001-of-00002.safetensors", "y": "m-00002-of-00002.safetensors")");
  }
  std::filesystem::path write_index(const std::string& map) const {
    return write("m.safetensors.index.json", index_text(map));
  }
  std::string refusal(const std::string& map) const { return refusal_of(write_index(map)); }
};

std::filesystem::path golden_part(const char* name) { return std::filesystem::path(IMPASTO_GOLDEN_DIR) / name; }

TEST_CASE("shards: the arrays of all parts are one file's") {
  const PartsFolder folder;
  const auto file = open_array_file(folder / "m.safetensors.index.json");
  CHECK(file->format() == std::string("safetensors in 2 parts"));
  CHECK(file->entries().size() == 2);
  CHECK(file->values("x") == std::vector<float>{1, 1});
  CHECK(file->values("y") == std::vector<float>{2, 2});
  std::vector<float> into(2);
  file->read("y", into);
  CHECK(into == std::vector<float>{2, 2});
  CHECK(file->metadata() == std::map<std::string, std::string>{{"source", "keras"}});
}

TEST_CASE("shards: the index's own name does not matter, and what it does not name is left out") {
  const PartsFolder folder;
  const auto file = open_array_file(folder.write("i", index_text(R"("y": "m-00002-of-00002.safetensors")")));
  CHECK(file->format() == std::string("safetensors in 1 part"));
  CHECK(file->entries().size() == 1);
}

TEST_CASE("shards: a layer of Keras whose name, kernel and bias lie in three places is put together") {
  const auto file = open_array_file(golden_part("golden_five.weights.json"));
  CHECK(file->entries().size() == 32);
  CHECK(file->metadata().at("layers/conv2d_8/vars@name") == "block4_conv1");
  CHECK(file->entries().at("layers/conv2d_8/vars/0").sizes == std::vector<std::int64_t>{3, 3, 6, 7});
  CHECK(file->entries().at("layers/conv2d_8/vars/1").sizes == std::vector<std::int64_t>{7});
}

TEST_CASE("shards: one part by itself is said to be one, with the name of the index") {
  const PartsFolder folder;
  CHECK(contains(refusal_of(folder / "m-00002-of-00002.safetensors"),
                 "is one of the 2 parts of a network; name their index 'm.safetensors.index.json' instead"));
  CHECK(
      contains(refusal_of(golden_part("golden_five_00001.weights.h5")), "name their index 'golden_five.weights.json'"));
  CHECK(contains(refusal_of(folder.write("n-00001-of-00002.safetensors", one_part("x", 1))),
                 "get the others and their index 'n.safetensors.index.json'"));
  // One of one is whole; so is a file that is only called as a part of Keras' might be.
  CHECK(open_array_file(folder.write("n-00001-of-00001.safetensors", one_part("x", 1)))->has("x"));
  std::filesystem::copy_file(golden_part("golden_five_00001.weights.h5"), folder / "epoch_00001.weights.h5");
  CHECK(open_array_file(folder / "epoch_00001.weights.h5")->has("layers/conv2d_9/vars/0"));
}

TEST_CASE("shards: an index that leads elsewhere is refused") {
  const PartsFolder folder;
  for (const char* place :
       {R"("../m")", R"("/etc/passwd")", R"("..")", R"("")", R"("a\u0000")", "3", "{}", R"([["a"]])"}) {
    CAPTURE(place);
    CHECK(contains(folder.refusal(std::string(R"("x": )") + place), "plain name of a file in the same folder"));
  }
  CHECK(contains(folder.refusal(R"("x": [])"), "lies in no part"));
  CHECK(contains(folder.refusal(""), "is empty or no object"));
  CHECK(contains(refusal_of_bytes(R"({"weight_map": 3})"), "is empty or no object"));
}

TEST_CASE("shards: parts that are missing, damaged or of another model are refused") {
  const PartsFolder folder;
  CHECK(contains(folder.refusal(R"("x": "gone")"), "lacks its part 'gone' beside it"));
  CHECK(contains(folder.refusal(R"("z": "m-00002-of-00002.safetensors")"), "wants 'z' in its part"));
  CHECK(contains(folder.refusal(R"("x": ["m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors"])"),
                 "wants 'x' in its part 'm-00002-of-00002.safetensors'"));
  folder.write("twice", one_part("x", 3));
  CHECK(
      contains(folder.refusal(R"("x": ["m-00001-of-00002.safetensors", "twice"])"), "'x' stands in two of its parts"));
  folder.write("other", one_part("z", 3, "caffe"));
  CHECK(contains(folder.refusal(R"("x": "m-00001-of-00002.safetensors", "z": "other")"), "other words for 'source'"));
  folder.write("text", "not weights");
  CHECK(contains(folder.refusal(R"("x": "text")"), "in none of the formats that parts have"));
  std::filesystem::copy_file(golden_part("golden_five_00001.weights.h5"), folder / "h5");
  CHECK(contains(folder.refusal(R"("layers/conv2d_9/vars": "h5", "x": "m-00001-of-00002.safetensors")"),
                 "parts of different formats"));
  // An index is no part of another one.
  folder.write("index", index_text(R"("x": "index")"));
  CHECK(contains(folder.refusal(R"("x": "index")"), "in none of the formats that parts have"));
}

TEST_CASE("shards: an index cut short anywhere, and parts cut short, are refused") {
  const PartsFolder folder;
  const std::string whole = index_text(R"("x": "m-00001-of-00002.safetensors", "y": "m-00002-of-00002.safetensors")");
  for (std::size_t length = 1; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(refusal_of(folder.write("cut", whole.substr(0, length))).empty());
  }
  const std::string second = one_part("y", 2);
  for (std::size_t length = 1; length < second.size(); ++length) {
    folder.write("m-00002-of-00002.safetensors", second.substr(0, length));
    CHECK_FALSE(refusal_of(folder / "m.safetensors.index.json").empty());
  }
}

TEST_CASE("shards: more parts than anybody has are refused before they are opened") {
  const PartsFolder folder;
  std::string map;
  for (int i = 0; i < 300; ++i)
    map += (i == 0 ? "\"x" : ", \"x") + std::to_string(i) + "\": \"p" + std::to_string(i) + "\"";
  CHECK(contains(folder.refusal(map), "more than 256 parts"));
}

}  // namespace
}  // namespace impasto::testing
