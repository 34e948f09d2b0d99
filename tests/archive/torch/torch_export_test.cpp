// torch.export's .pt2: weights as records that a JSON describes, or as a file of torch.save within; the program is left
// alone.
#include <doctest/doctest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/array_file_case.h"
#include "support/torch_pickle.h"
#include "support/zip_file.h"

namespace impasto::testing {
namespace {

using Json = nlohmann::json;

std::string six_floats() {
  std::string bytes;
  for (int i = 0; i < 6; ++i) append_value(bytes, static_cast<float>(i), "F32");
  return bytes;
}

Json numbers_as_int(const std::vector<int>& values) {
  Json list = Json::array();
  for (const int value : values) list.push_back({{"as_int", value}});
  return list;
}

Json described(const std::vector<int>& sizes, const std::vector<int>& strides, int first = 0, int dtype = 7) {
  return {{"path_name", "weight_0"},
          {"use_pickle", false},
          {"tensor_meta",
           {{"dtype", dtype},
            {"sizes", numbers_as_int(sizes)},
            {"strides", numbers_as_int(strides)},
            {"storage_offset", {{"as_int", first}}},
            {"layout", 7}}}};
}

std::vector<ZipEntry> package(const Json& config, const std::string& model = "model") {
  return {{"e/data/weights/weight_0", six_floats()},
          {"e/data/weights/" + model + "_weights_config.json", Json{{"config", config}}.dump()},
          {"e/models/model.json", "{}"},
          {"e/data/sample_inputs/model.pt", "no zip"},
          {"e/archive_format", "pt2"},
          {"e/byteorder", "little"}};
}

std::string refusal_of_config(const Json& config) { return refusal_of_bytes(zip_file(package(config))); }

}  // namespace

TEST_CASE("torch export: described weights are read by their strides") {
  const TempFolder folder;
  const auto file = open_array_file(folder.write(
      "w", zip_file(package({{"features.0.weight", described({3, 2}, {1, 3})}, {"b", described({2}, {2}, 1)}}))));
  CHECK(file->format() == std::string("PyTorch .pt2"));
  CHECK(file->values("features.0.weight") == std::vector<float>{0, 3, 1, 4, 2, 5});
  CHECK(file->values("b") == std::vector<float>{1, 3});
}

TEST_CASE("torch export: several models have their names before those of their weights") {
  const TempFolder folder;
  std::vector<ZipEntry> entries = package({{"w", described({6}, {1})}}, "first");
  entries.push_back(
      {"e/data/weights/second_weights_config.json", Json{{"config", {{"w", described({1}, {1}, 5)}}}}.dump()});
  const auto file = open_array_file(folder.write("w", zip_file(entries)));
  CHECK(file->values("first.w").size() == 6);
  CHECK(file->values("second.w") == std::vector<float>{5});
}

TEST_CASE("torch export: a file of torch.save within, as PyTorch before 2.8 wrote it") {
  const TempFolder folder;
  const std::string tensor = pickled::tensor(pickled::storage("FloatStorage", "0", 6), 1, {5}, {1});
  const std::string inner = zip_file({{"archive/data.pkl", pickled::whole(pickled::dict({pickled::text("w"), tensor}))},
                                      {"archive/data/0", six_floats()}});
  for (const char* name : {"serialized_state_dict.pt", "serialized_state_dict.json"}) {
    const auto file = open_array_file(
        folder.write("w", zip_file({{"serialized_exported_program.json", "{}"}, {name, inner}, {"version", "7.3"}})));
    CHECK(file->format() == std::string("PyTorch .pt2"));
    CHECK(file->values("w") == std::vector<float>{1, 2, 3, 4, 5});
  }
  const auto file =
      open_array_file(folder.write("w", zip_file({{"e/archive_format", "pt2"}, {"e/data/weights/model.pt", inner}})));
  CHECK(file->values("w").size() == 5);
  CHECK(contains(refusal_of_bytes(zip_file({{"serialized_exported_program.json", "{}"},
                                            {"serialized_state_dict.pt", zip_file({{"x", "y"}})}})),
                 "is not what torch.save writes"));
  CHECK(contains(refusal_of_bytes(
                     zip_file({{"serialized_exported_program.json", "{}"}, {"serialized_state_dict.pt", inner, true}})),
                 "is compressed"));
}

TEST_CASE("torch export: damage is refused, each with its sentence") {
  CHECK(contains(refusal_of_config({{"w", described({7}, {1})}}), "'w' wants more values than its record"));
  CHECK(contains(refusal_of_config({{"w", described({6}, {1}, 1)}}), "wants more values"));
  CHECK(contains(refusal_of_config({{"w", described({6}, {1, 1})}}), "other strides than sizes"));
  CHECK(contains(refusal_of_config({{"w", described({6}, {1}, 0, 27)}}), "unknown type 27"));
  CHECK(contains(refusal_of_config({{"w", described({-1}, {1})}}), "a size that is no number"));
  CHECK(contains(refusal_of_config({{"w", 3}}), "lacks path_name or tensor_meta"));
  CHECK(contains(refusal_of_config(3), "lacks \"config\""));
  Json config = {{"w", described({6}, {1})}};
  config["w"]["tensor_meta"]["sizes"] = Json::array({{{"as_expr", "s0"}}});
  CHECK(contains(refusal_of_config(config), "a size that is no number"));
  config["w"]["tensor_meta"].erase("sizes");
  CHECK(contains(refusal_of_config(config), "lacks a part of its tensor_meta"));
  config["w"] = described({6}, {1});
  config["w"]["tensor_meta"]["layout"] = 1;
  CHECK(contains(refusal_of_config(config), "is not dense"));
  config["w"]["use_pickle"] = true;
  CHECK(contains(refusal_of_config(config), "class of tensors of its own"));
  config["w"] = described({6}, {1});
  config["w"]["path_name"] = "weight_9";
  CHECK(contains(refusal_of_config(config), "lacks the record 'e/data/weights/weight_9'"));
  CHECK(contains(refusal_of_bytes(zip_file({{"e/archive_format", "pt2"}, {"e/data/aotinductor/model.so", "x"}})),
                 "without weights that lie open"));
}

}  // namespace impasto::testing
