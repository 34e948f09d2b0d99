#include "archive/json_text.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "base/check.h"
#include "base/file.h"

namespace impasto::IMPASTO_ABI {

nlohmann::json parse_json(std::span<const std::uint8_t> bytes, const std::string& label, const char* what) {
  using Json = nlohmann::json;
  constexpr int kMaxDepth = 8;
  constexpr int kMaxValues = 1'000'000;                    // each takes 16 bytes and more; VGG19 has about 200
  std::vector<std::set<std::string>> keys(kMaxDepth + 1);  // seen so far in the open object of each depth
  int values = 0;
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    const bool begins = event == Json::parse_event_t::value || event == Json::parse_event_t::object_start ||
                        event == Json::parse_event_t::array_start;
    if (begins) ++values;
    require(values <= kMaxValues, ErrorCode::input, label, " has a damaged ", what, " (more than ", kMaxValues,
            " values); get it again");
    require(depth <= kMaxDepth, ErrorCode::input, label, " has a damaged ", what, " (nested deeper than ", kMaxDepth,
            "); get it again");
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start && depth < kMaxDepth) keys[level + 1].clear();
    if (event == Json::parse_event_t::key) {
      const std::string& key = parsed.get_ref<const std::string&>();
      require(keys[level].insert(key).second, ErrorCode::input, label, ": its ", what, " has the name '", key,
              "' twice; write the file again with each name once");
    }
    return true;
  };
  Json json = Json::parse(bytes.begin(), bytes.end(), check, false);
  require(json.is_object(), ErrorCode::input, label, " has a damaged ", what, " (not a JSON object); get it again");
  return json;
}

nlohmann::json json_of(const std::filesystem::path& file, std::size_t most) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(file, failure)) return nullptr;
  try {
    return parse_json(read_file(file, "file", most), "it", "text");
  } catch (const Error&) {
    return nullptr;
  }
}

std::map<std::string, std::string> json_strings(const nlohmann::json& object) {
  std::map<std::string, std::string> strings;
  if (!object.is_object()) return strings;
  for (const auto& [key, value] : object.items()) {
    if (value.is_string()) strings[key] = value.get<std::string>();
  }
  return strings;
}

}  // namespace impasto::IMPASTO_ABI
