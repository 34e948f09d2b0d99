// A preset as JSON: the names and texts of option_fields().
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "base/numbers.h"
#include "impasto/option_fields.h"
#include "impasto/text_file.h"

namespace impasto::inline v0_1 {
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

Json parse(const std::filesystem::path& file) {
  const std::vector<std::uint8_t> bytes = read_file(file, "preset", kLargest);
  Json json = Json::parse(bytes.begin(), bytes.end(), nullptr, false);
  require(json.is_object(), ErrorCode::input, "preset '", file.string(),
          "' is no JSON object; wanted for example {\"preset\": \"default\", \"style-weight\": 30}");
  return json;
}

void check_name(const std::filesystem::path& file) {
  require(is_file_name(file), ErrorCode::usage, "the preset '", file.string(), "' does not end in ", kEnding,
          "; choose such a name");
}

}  // namespace

Options load_preset(const std::string& name, const Weights& weights) {
  if (!is_file_name(name)) return preset(name, weights);
  const Json json = parse(name);
  const auto called = [&](const std::string& key) { return key + " in '" + name + "'"; };
  Options options =
      preset(json.contains("preset") ? typed(json["preset"], called("preset")) : presets().front().name, weights);
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

}  // namespace impasto::inline v0_1
