#include "archive/shards.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/json_text.h"
#include "archive/plain_name.h"
#include "base/check.h"
#include "base/file.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kMap = "weight_map";
constexpr std::size_t kMaxParts = 256;                    // open files; VGG19 has a handful
constexpr std::size_t kMaxIndex = std::size_t{16} << 20;  // bytes

// What the index wants of each part. Keras' names begin with '/', those of entries do not.
using Wanted = std::map<std::string, std::set<std::string>>;

class Shards final : public ArrayFile {
 public:
  Shards(const fs::path& index, const Json& json,
         const std::function<std::unique_ptr<ArrayFile>(const fs::path&)>& open_part)
      : ArrayFile(index) {
    if (json.contains("metadata")) metadata_ = json_strings(json["metadata"]);
    for (const auto& [name, wanted] : read_map(json)) {
      const fs::path file = index.parent_path() / name;
      std::error_code failure;
      require(fs::is_regular_file(file, failure), ErrorCode::input, label_, " lacks its part '", name,
              "' beside it; get all parts into one folder");
      parts_.push_back(open_part(file));
      require(std::string_view(parts_.front()->format()) == parts_.back()->format(), ErrorCode::input, label_,
              " has parts of different formats, ", parts_.front()->format(), " and ", parts_.back()->format(), " ('",
              name, "'); get all parts again");
      take(*parts_.back(), name, wanted);
    }
    format_ = text(parts_.front()->format(), " in ", parts_.size(), parts_.size() == 1 ? " part" : " parts");
  }

  const char* format() const override { return format_.c_str(); }
  std::vector<float> values(const std::string& name) const override { return owners_.at(name)->values(name); }
  void read(const std::string& name, std::span<float> into) const override { owners_.at(name)->read(name, into); }

 private:
  Wanted read_map(const Json& json) const;
  void take(const ArrayFile& part, const std::string& part_name, const std::set<std::string>& wanted);

  std::vector<std::unique_ptr<ArrayFile>> parts_;
  std::map<std::string, const ArrayFile*> owners_;  // by name of an entry
  std::string format_;
};

Wanted Shards::read_map(const Json& json) const {
  const Json& map = json.at(kMap);
  require(map.is_object() && !map.empty(), ErrorCode::input, label_, ": its \"", kMap,
          "\" is empty or no object; get the index again");
  Wanted wanted;
  const auto add = [&](const std::string& array, const Json& part) {
    require(part.is_string() && is_plain_name(part.get_ref<const std::string&>()), ErrorCode::input, label_, ": '",
            array, "' lies in ", part.is_string() ? part.dump() : std::string("something else than a file"),
            "; wanted the plain name of a file in the same folder");
    wanted[part.get<std::string>()].insert(array.substr(array.starts_with('/') ? 1 : 0));
    require(wanted.size() <= kMaxParts, ErrorCode::input, label_, " has more than ", kMaxParts,
            " parts; save the weights in larger ones");
  };
  for (const auto& [array, place] : map.items()) {
    if (!place.is_array()) add(array, place);
    require(!place.is_array() || !place.empty(), ErrorCode::input, label_, ": '", array,
            "' lies in no part; get the index again");
    if (place.is_array()) {
      for (const Json& part : place) add(array, part);
    }
  }
  return wanted;
}

void Shards::take(const ArrayFile& part, const std::string& part_name, const std::set<std::string>& wanted) {
  std::set<std::string_view> found;
  for (const auto& [name, entry] : part.entries()) {
    const std::size_t slash = name.rfind('/');
    auto key = wanted.find(name);
    if (key == wanted.end() && slash != std::string::npos) key = wanted.find(name.substr(0, slash));  // Keras' group
    if (key == wanted.end()) continue;
    found.insert(*key);
    require(entries_.emplace(name, entry).second, ErrorCode::input, label_, ": '", name,
            "' stands in two of its parts; get the index and all parts again");
    owners_[name] = &part;
  }
  for (const std::string& key : wanted) {
    require(found.count(key) != 0, ErrorCode::input, label_, " wants '", key, "' in its part '", part_name,
            "', which does not hold it; the parts are of different models or damaged, get them again");
  }
  for (const auto& [key, value] : part.metadata()) {
    const auto known = metadata_.emplace(key, value).first;
    require(known->second == value, ErrorCode::input, label_, ": its part '", part_name, "' has other words for '", key,
            "' than those before it; the parts are of different models, get them again");
  }
}

bool are_digits(std::string_view text) {
  return text.size() == 5 &&
         std::all_of(text.begin(), text.end(), [](unsigned char letter) { return std::isdigit(letter) != 0; });
}

struct PartName {
  std::string index;     // the name its index has by custom; empty for a name that is none of a part
  bool counted = false;  // it says of how many parts it is, more than one
};

// model-00001-of-00002.safetensors of model.safetensors.index.json, model_00000.weights.h5 of model.weights.json.
PartName parse_part_name(const std::string& name) {
  constexpr std::string_view kOf = "-of-", kKeras = ".weights.h5";
  const std::string_view all = name;
  if (const std::size_t of = all.rfind(kOf); of != std::string_view::npos && of > 6) {
    const std::string_view which = all.substr(of - 5, 5), rest = all.substr(of + kOf.size());
    if (all[of - 6] == '-' && are_digits(which) && rest.size() > 6 && rest[5] == '.' && are_digits(rest.substr(0, 5)))
      return {text(all.substr(0, of - 6), rest.substr(5), ".index.json"), rest.substr(0, 5) != "00001"};
  }
  if (all.ends_with(kKeras) && all.size() > kKeras.size() + 6) {
    const std::string_view stem = all.substr(0, all.size() - kKeras.size());
    if (stem[stem.size() - 6] == '_' && are_digits(stem.substr(stem.size() - 5)))
      return {text(stem.substr(0, stem.size() - 6), ".weights.json")};
  }
  return {};
}

// How many parts an index names, if `part` is among them; 0 for a file that is missing or no index.
std::size_t parts_beside(const fs::path& index, const std::string& part) {
  const Json json = json_of(index, kMaxIndex);
  if (!is_index(json) || !json[kMap].is_object()) return 0;
  std::set<std::string> parts;
  for (const Json& place : json[kMap]) {
    if (place.is_string()) parts.insert(place.get<std::string>());
    if (!place.is_array()) continue;
    for (const Json& one : place) {
      if (one.is_string()) parts.insert(one.get<std::string>());
    }
  }
  return parts.count(part) != 0 ? parts.size() : 0;
}

}  // namespace

bool is_index(const Json& description) { return description.is_object() && description.contains(kMap); }

std::unique_ptr<ArrayFile> open_shards(const fs::path& index, const Json& description,
                                       const std::function<std::unique_ptr<ArrayFile>(const fs::path&)>& open_part) {
  return std::make_unique<Shards>(index, description, open_part);
}

std::string part_of_shards(const fs::path& file) {
  const std::string name = file.filename().string();
  const PartName part = parse_part_name(name);
  if (part.index.empty()) return {};
  const std::size_t parts = parts_beside(file.parent_path() / part.index, name);
  if (parts > 1) return text("one of the ", parts, " parts of a network; name their index '", part.index, "' instead");
  if (parts == 1 || !part.counted) return {};
  return text("one of several parts of a network, by its name; get the others and their index '", part.index,
              "' into the same folder, and name the index");
}

}  // namespace impasto::IMPASTO_ABI
