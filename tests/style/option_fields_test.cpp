#include "impasto/option_fields.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

const Weights& builtin() {
  static const Weights weights = Weights::builtin();
  return weights;
}

// Everything a preset file can hold, as one text.
std::string all_settings(const Options& options) {
  std::string text;
  for (const OptionField& field : option_fields()) text += field.name + " = " + field.get(options) + "\n";
  return text;
}

TEST_CASE("style: every setting reads back what it shows, for every preset") {
  for (const PresetInfo& info : presets()) {
    INFO(info.name);
    const Options options = preset(info.name, builtin());
    Options copy = preset("draft", builtin());
    for (const OptionField& field : option_fields()) {
      const std::string shown = field.get(options);
      if (!shown.empty()) field.set(copy, field.name, shown);
    }
    CHECK(all_settings(copy) == all_settings(options));
  }
}

TEST_CASE("style: every setting refuses nonsense in a sentence that begins with its name") {
  for (const OptionField& field : option_fields()) {
    Options options;
    const std::string message = error_of(ErrorCode::usage, [&] { field.set(options, "--" + field.name, "nonsense?"); });
    CHECK_MESSAGE(message.rfind("--" + field.name, 0) == 0, message);
  }
}

TEST_CASE("style: a preset saved to a file is the same preset when it is loaded") {
  const TempFolder folder;
  for (const PresetInfo& info : presets()) {
    INFO(info.name);
    Options options = preset(info.name, builtin());
    options.style_weight = 12.34;
    options.scale_sizes = {100, 200};
    options.seed = 18446744073709551615U;
    save_preset(options, folder / "mine.json");
    CHECK(all_settings(load_preset((folder / "mine.json").string(), builtin())) == all_settings(options));
  }
}

TEST_CASE("style: a preset file changes what it names and leaves the rest as in its preset") {
  const TempFolder folder;
  const auto load = [&](const std::string& json) {
    std::ofstream(folder / "p.json") << json;
    return load_preset((folder / "p.json").string(), builtin());
  };
  Options expected = preset("bold", builtin());
  expected.style_weight = 3;
  expected.size = 300;
  expected.normalise_gradients = true;
  const Options got =
      load(R"({"size": 300, "style-weight": 3, "normalise-gradients": true, "preset": "bold", "pool": "auto"})");
  CHECK(all_settings(got) == all_settings(expected));
  CHECK(got.preset == "bold");

  const auto refusal = [&](ErrorCode code, const std::string& json) { return error_of(code, [&] { load(json); }); };
  CHECK(contains(refusal(ErrorCode::input, "{\"size\": 3"), "is no JSON at line 1, column 11"));
  CHECK(contains(refusal(ErrorCode::input, "{\n  \"size\": 300,\n}"), "is no JSON at line 3, column 1"));
  CHECK(contains(refusal(ErrorCode::input, "{\n  \"size\": NaN}"), "is no JSON at line 2, column 11"));
  CHECK(contains(refusal(ErrorCode::input, "{\"size\": 300, // small\n}"), "is no JSON at line 1, column 15"));
  CHECK(contains(refusal(ErrorCode::input, "{\n\"size\": 300,\n\"size\": 400}"), "says size twice, first in line 2"));
  CHECK(contains(refusal(ErrorCode::usage, "{\n\n  \"size\" : \"big\"}"), "p.json', line 3"));
  CHECK(contains(refusal(ErrorCode::usage, "{\n  \"sise\": 300}"), "p.json', line 2 is no setting"));
  CHECK(contains(refusal(ErrorCode::usage, "{\n  \"preset\": \"other.json\"}"), "'other.json', a file"));
  CHECK(refusal(ErrorCode::input, "[1]").find("no JSON object") != std::string::npos);
  CHECK(refusal(ErrorCode::usage, R"({"sise": 3})").find("sise in") != std::string::npos);
  CHECK(refusal(ErrorCode::usage, R"({"size": "big"})").find("size in") != std::string::npos);
  CHECK(refusal(ErrorCode::usage, R"({"size": [3]})").find("array") != std::string::npos);
  CHECK(refusal(ErrorCode::usage, R"({"preset": "nice"})").find("'nice'") != std::string::npos);
  CHECK_FALSE(error_of(ErrorCode::input, [&] { load_preset("missing.json", builtin()); }).empty());
  CHECK_FALSE(error_of(ErrorCode::usage, [&] { save_preset(got, folder / "p.toml"); }).empty());
}

TEST_CASE("style: of the sizes, the one that is set last counts") {
  Options options;
  const auto set = [&](const std::string& name, const std::string& text) {
    for (const OptionField& field : option_fields()) {
      if (field.name == name) field.set(options, name, text);
    }
  };
  set("width", "30");
  set("height", "20");
  set("size", "40");
  CHECK(options.width == 0);
  CHECK(options.height == 0);
  set("scales", "auto");
  CHECK(options.scale_count == 0);
  set("scales", "3");
  CHECK(options.scale_count == 3);
  set("scales", "128,256,512");
  CHECK(options.scale_sizes == std::vector<int>{128, 256, 512});
  set("scales", "256");  // one size, not 256 scales
  CHECK(options.scale_sizes == std::vector<int>{256});
}

}  // namespace
}  // namespace impasto::testing
