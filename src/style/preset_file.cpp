// A preset as JSON: the names and texts of option_fields().
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "base/numbers.h"
#include "impasto/option_fields.h"
#include "impasto/text_file.h"
#include "style/options_text.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kEnding = ".json";
constexpr std::size_t kLargest = std::size_t{1} << 20;  // bytes; a preset has a few thousand

bool is_file_name(const std::filesystem::path& name) { return name.extension() == kEnding; }

bool is_setting(const std::string& name) {
  const auto& fields = option_fields();
  return std::any_of(fields.begin(), fields.end(), [&](const OptionField& field) { return field.name == name; });
}

// The value as a user would type it.
std::string typed(const Json& value, const std::string& called) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_integer()) return value.dump();
  if (value.is_number()) return shortest(value.get<double>());
  fail(ErrorCode::usage, called, " is ", value.type_name(), ", wanted a number, a string, true or false");
}

// A preset's file: what it says, and where.
class PresetFile {
 public:
  explicit PresetFile(const std::filesystem::path& file) : name_(file.string()) {
    const std::vector<std::uint8_t> bytes = read_file(file, "preset", kLargest);
    text_.assign(bytes.begin(), bytes.end());
    parse();
    require(json_.is_object(), ErrorCode::input, "preset '", name_, "' is no JSON object; ", kExample);
  }

  const Json& json() const { return json_; }
  /// "size in 'mine.json', line 3"
  std::string called(const std::string& key) const {
    const std::size_t at = place_of(key);
    return key + " in '" + name_ + "'" + (at == std::string::npos ? "" : ", line " + text(line_at(at)));
  }

 private:
  static constexpr const char* kExample = "wanted for example {\"preset\": \"default\", \"style-weight\": 30}";

  void parse() {
    std::set<std::string> keys;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
      if (event != Json::parse_event_t::key || depth != 1) return true;
      const std::string key = value.get<std::string>();
      require(keys.insert(key).second, ErrorCode::input, "preset '", name_, "' says ", key, " twice, first in line ",
              line_at(std::min(place_of(key), text_.size())), "; remove one of them");
      return true;
    };
    try {
      json_ = Json::parse(text_, watch);
    } catch (const Json::parse_error& error) {
      // It counts from 1, and one further where the text ends.
      const std::size_t at = std::min<std::size_t>(error.byte == 0 ? 0 : error.byte - 1, text_.size());
      const std::size_t line_begin = at == 0 ? std::string::npos : text_.rfind('\n', at - 1);
      fail(ErrorCode::input, "preset '", name_, "' is no JSON at line ", line_at(at), ", column ",
           at - (line_begin == std::string::npos ? 0 : line_begin + 1) + 1, "; ", kExample);
    }
  }

  // Where the key stands, with its quotes and before a colon.
  std::size_t place_of(const std::string& key) const {
    const std::string quoted = Json(key).dump();
    std::size_t at = text_.find(quoted);
    while (at != std::string::npos) {
      const std::size_t next = text_.find_first_not_of(" \t\r\n", at + quoted.size());
      if (next != std::string::npos && text_[next] == ':') break;
      at = text_.find(quoted, at + 1);
    }
    return at;
  }
  std::ptrdiff_t line_at(std::size_t at) const {
    return 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  }

  std::string name_, text_;
  Json json_;
};

void check_name(const std::filesystem::path& file) {
  require(is_file_name(file), ErrorCode::usage, "the preset '", file.string(), "' does not end in ", kEnding,
          "; choose such a name");
}

}  // namespace

Options load_preset(const std::string& name, const Weights& weights) {
  if (!is_file_name(name)) return preset(name, weights);
  const PresetFile file(name);
  const Json& json = file.json();
  const auto called = [&](const std::string& key) { return file.called(key); };
  const std::string base = json.contains("preset") ? typed(json["preset"], called("preset")) : presets().front().name;
  require(!is_file_name(base), ErrorCode::usage, called("preset"), " is '", base,
          "', a file; wanted the name of a preset, as 'impasto presets' lists them");
  Options options = preset(base, weights);
  // In the order of the table, so that the order in the file does not matter.
  for (const OptionField& field : option_fields()) {
    if (json.contains(field.name)) field.set(options, called(field.name), typed(json[field.name], called(field.name)));
  }
  for (const auto& [key, value] : json.items()) {
    require(key == "preset" || is_setting(key), ErrorCode::usage, called(key),
            " is no setting; 'impasto presets default' lists those there are");
  }
  return options;
}

Options options_from_text(const std::string& text, const std::string& label) {
  const Json json = Json::parse(text, nullptr, false);
  require(json.is_object() && json.contains("preset"), ErrorCode::input, "the settings in ", label,
          " are no JSON object of settings; it is damaged");
  Options options;
  const auto called = [&](const std::string& key) { return key + " in " + label; };
  options.preset = typed(json["preset"], called("preset"));
  for (const OptionField& field : option_fields()) {
    if (json.contains(field.name)) field.set(options, called(field.name), typed(json[field.name], called(field.name)));
  }
  return options;
}

std::string preset_text(const Options& options) {
  Json json;
  json["preset"] = options.preset;
  for (const OptionField& field : option_fields()) {
    const std::string text = field.get(options);
    if (text.empty()) continue;
    const Json number = Json::parse(text, nullptr, false);
    json[field.name] = number.is_number() ? number : Json(text);
  }
  return json.dump(2) + "\n";
}

void save_preset(const Options& options, const std::filesystem::path& file) {
  check_name(file);
  save_text(preset_text(options), file);
}

void check_preset_output(const std::filesystem::path& file) {
  check_name(file);
  check_text_output(file);
}

}  // namespace impasto::IMPASTO_ABI
