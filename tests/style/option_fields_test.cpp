#include "impasto/option_fields.h"

#include <doctest/doctest.h>

#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace {

const Weights& formula() {
  static const Weights weights = Weights::formula();
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
    const Options options = preset(info.name, formula());
    Options copy = preset("draft", formula());
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

// Everything but the start's values, changed. A new member of Options does not compile here until it is named.
Options with_all_changed() {
  Options o;
  auto& [name, size, width, height, style_size, style_scale, style_exact, resize, scale_sizes, scale_count, region_size,
         colour, colour_amount, content_layers, style_layers, content_weight, style_weight, tv_weight, loss_scale,
         statistic, normalise_gradients, iterations, steps_per_epoch, optimiser, adam, lbfgs, average, stop_when_flat,
         start, start_values, noise, noise_amplitude, seed, pooling, padding, preprocess, decode, encode] = o;
  name = "draft";
  size = 300, width = 0, height = 0, style_size = 200, style_scale = 1.25, style_exact = true;
  {
    auto& [filter, linear_light] = resize;
    filter = Filter::area, linear_light = true;
  }
  scale_sizes = {40, 80}, scale_count = 0;
  colour = ColourMode::content_luminance, colour_amount = 0.25;
  content_layers = {{"block1_conv1", 0.1}}, style_layers = {{"block2_conv1", 3}, {"block1_conv2", 1.0 / 3}};
  content_weight = 2, style_weight = 1e-30, tv_weight = 1e30;
  loss_scale = LossScale::mean, statistic = StyleStatistic::covariance, normalise_gradients = true;
  iterations = {7, 5, 3}, steps_per_epoch = 9, optimiser = OptimiserKind::lbfgs;
  {
    auto& [learning_rate, beta1, beta2, epsilon, convention, decay] = adam;
    learning_rate = 0.1, beta1 = 0.2, beta2 = 0.3, epsilon = 0.4, convention = AdamEpsilon::keras, decay = 0.6;
  }
  {
    auto& [history, precision, variables, max_evaluations, first_decrease] = lbfgs;
    history = 3, precision = HistoryPrecision::half, variables = LbfgsVariables::luminance_pyramid, max_evaluations = 4,
    first_decrease = 0.05;
  }
  average = 0.7, stop_when_flat = 0.01;
  start = Start::blend, start_values = {}, noise = NoiseKind::white, noise_amplitude = 0.3,
  seed = 18446744073709551615U;
  pooling = Pooling::l2, padding = Padding::reflect, preprocess = Preprocess::literal;
  {
    auto& [fast_dct, apply_profile] = decode;
    fast_dct = true, apply_profile = false;
  }
  {
    auto& [jpeg_quality, jpeg_subsampling, rounding, bits, webp_quality, file_colour, keep_metadata] = encode;
    jpeg_quality = 11, jpeg_subsampling = false, rounding = Rounding::truncate, bits = 16, webp_quality = 12;
    file_colour = FileColour::original, keep_metadata = false;
  }
  return o;
}

TEST_CASE("style: every member of the options comes back from a preset file") {
  const TempFolder folder;
  const auto there_and_back = [&](const Options& options) {
    save_preset(options, folder / "mine.json");
    return load_preset((folder / "mine.json").string(), formula());
  };
  Options options = with_all_changed();
  CHECK(there_and_back(options) == options);
  // A size of its own and an exact one exclude each other, and so do scales by size and by number.
  options.width = 31, options.height = 17, options.size = preset("draft", formula()).size;
  options.scale_sizes = {}, options.scale_count = 5;
  CHECK(there_and_back(options) == options);
  Options other = options;
  other.lbfgs.first_decrease = 0.06;
  CHECK_FALSE(other == options);
}

TEST_CASE("style: a number at the ends of its range is taken, one beyond them is refused by both names") {
  for (const OptionField& field : option_fields()) {
    INFO(field.name);
    const bool is_number = field.kind == FieldKind::number || field.kind == FieldKind::whole;
    CHECK(is_number == (field.choices.empty() && field.kind != FieldKind::layers && field.kind != FieldKind::wholes &&
                        field.kind != FieldKind::scales));
    if (!is_number) continue;
    for (const double end : {field.range.least, field.range.most}) {
      if (end != end || end > 1e15 || end < -1e15) continue;
      const double inside = end == field.range.least ? 1 : -1;  // the way into the range
      Options options;
      const auto set = [&](double value) {
        field.set(
            options, "--x",
            field.kind == FieldKind::whole ? std::to_string(static_cast<long long>(value)) : std::to_string(value));
      };
      CHECK(contains(error_of(ErrorCode::usage, [&] { set(end - inside); }), "--x is '"));
      if (field.range.holds(end)) {
        CHECK_NOTHROW(set(end));
        for (const double value : field.numbers(options)) CHECK(value == doctest::Approx(end));
      }
    }
  }
}

TEST_CASE("style: a setting tells whether it changes anything beside the others") {
  const auto applies = [](const char* name, const Options& options) {
    for (const OptionField& field : option_fields()) {
      if (field.name == name) return field.applies(options);
    }
    return false;
  };
  Options options;
  options.optimiser = OptimiserKind::adam;
  CHECK(applies("learning-rate", options));
  CHECK_FALSE(applies("lbfgs-history", options));
  options.optimiser = OptimiserKind::lbfgs;
  CHECK_FALSE(applies("learning-rate", options));
  CHECK(applies("lbfgs-history", options));
  options.colour = ColourMode::style;
  CHECK_FALSE(applies("colour-amount", options));
  options.colour = ColourMode::histogram;
  CHECK(applies("colour-amount", options));
  CHECK(applies("size", options));
  for (const OptionField& field : option_fields()) {
    if (field.needs.empty()) continue;
    INFO(field.name);
    for (const std::string& word : field.needed) {
      for (const OptionField& other : option_fields()) {
        if (other.name == field.needs) CHECK_NOTHROW(other.set(options, "", word));
      }
      CHECK(field.applies(options));
    }
  }
}

TEST_CASE("style: ranges in words") {
  CHECK(NumberRange{}.text() == "a number");
  CHECK(NumberRange{.least = 0}.text() == "a number of 0 or more");
  CHECK(NumberRange{.least = 0, .without_least = true}.text() == "a positive number");
  CHECK(NumberRange{.least = 0, .most = 1, .without_most = true}.text() == "0 to below 1");
  CHECK(NumberRange{.least = 0, .most = 1, .without_least = true}.text() == "above 0, to 1");
  CHECK(NumberRange{.least = 0.05, .most = 20}.text() == "0.05 to 20");
  CHECK_FALSE(NumberRange{}.holds(std::numeric_limits<double>::quiet_NaN()));
  CHECK_FALSE(NumberRange{}.holds(std::numeric_limits<double>::infinity()));
}

TEST_CASE("style: a preset saved to a file is the same preset when it is loaded") {
  const TempFolder folder;
  for (const PresetInfo& info : presets()) {
    INFO(info.name);
    Options options = preset(info.name, formula());
    options.style_weight = 12.34;
    options.scale_sizes = {100, 200};
    options.seed = 18446744073709551615U;
    save_preset(options, folder / "mine.json");
    CHECK(all_settings(load_preset((folder / "mine.json").string(), formula())) == all_settings(options));
  }
}

TEST_CASE("style: a preset file changes what it names and leaves the rest as in its preset") {
  const TempFolder folder;
  const auto load = [&](const std::string& json) {
    std::ofstream(folder / "p.json") << json;
    return load_preset((folder / "p.json").string(), formula());
  };
  Options expected = preset("bold", formula());
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
  CHECK_FALSE(error_of(ErrorCode::input, [&] { load_preset("missing.json", formula()); }).empty());
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
