// A preset as JSON: the names and texts of option_fields().
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/file.h"
#include "base/numbers.h"
#include "impasto/option_fields.h"

namespace impasto {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kEnding = ".json";
constexpr std::size_t kLargest = std::size_t{1} << 20;  // bytes; a preset has a few thousand

bool is_file_name(const std::string& name) {
  const std::size_t length = std::string(kEnding).size();
  return name.size() > length && name.compare(name.size() - length, length, kEnding) == 0;
}

const OptionField* find_field(const std::string& name) {
  for (const OptionField& field : option_fields()) {
    if (field.name == name) return &field;
  }
  return nullptr;
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
  require(is_file_name(file.string()), ErrorCode::usage, "the preset '", file.string(), "' does not end in ", kEnding,
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
    require(key == "preset" || find_field(key) != nullptr, ErrorCode::usage, called(key),
            " is no setting; 'impasto presets default' lists those there are");
  }
  return options;
}

void save_preset(const Options& options, const std::filesystem::path& file) {
  check_name(file);
  Json json;
  json["preset"] = options.preset;
  for (const OptionField& field : option_fields()) {
    const std::string text = field.get(options);
    if (text.empty()) continue;
    const Json number = Json::parse(text, nullptr, false);
    json[field.name] = number.is_number() ? number : Json(text);
  }
  const std::string bytes = json.dump(2) + "\n";
  write_file(file, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

void check_preset_output(const std::filesystem::path& file) {
  check_name(file);
  check_writable(file);
}

}  // namespace impasto
