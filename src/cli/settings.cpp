// The table of options that override a preset: one row gives parsing, meaning, help and default.
#include <limits>

#include "cli/stylise_options.h"
#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

constexpr int kAnyInt = std::numeric_limits<int>::max();
constexpr const char* kPainting = "Painting";
constexpr const char* kSteps = "Steps";

// `field` maps Options& to a reference to the setting, so that reading and showing cannot disagree.
template <class Field>
Setting whole(const char* group, const char* name, std::string help, int lowest, Field field) {
  return {group,
          name,
          "N",
          std::move(help),
          [=](StyliseRequest& request, const std::string& option, const std::string& text) {
            const auto value = static_cast<int>(parse_integer(option, text, lowest, kAnyInt));
            request.changes.emplace_back([=](Options& options) { field(options) = value; });
          },
          [=](Options options) { return std::to_string(field(options)); }};
}

template <class Field>
Setting real(const char* group, const char* name, std::string help, Field field) {
  return {group,
          name,
          "X",
          std::move(help),
          [=](StyliseRequest& request, const std::string& option, const std::string& text) {
            const double value = parse_real(option, text);
            request.changes.emplace_back([=](Options& options) { field(options) = value; });
          },
          [=](Options options) { return number_text(field(options)); }};
}

template <class Field>
Setting layers(const char* group, const char* name, std::string help, Field field) {
  return {group,
          name,
          "LIST",
          std::move(help),
          [=](StyliseRequest& request, const std::string& option, const std::string& text) {
            std::vector<LayerWeight> value;
            try {
              value = parse_layers(text);
            } catch (const Error& error) {
              throw Error(error.code(), option + ": " + error.what());
            }
            request.changes.emplace_back([=](Options& options) { field(options) = value; });
          },
          [=](Options options) { return format_layers(field(options)); }};
}

// A word of a fixed list and what it stands for.
template <class Value>
using Words = std::vector<std::pair<const char*, Value>>;

template <class Value>
std::optional<Value> find_word(const Words<Value>& words, const std::string& text) {
  for (const auto& [word, value] : words) {
    if (text == word) return value;
  }
  return std::nullopt;
}

template <class Value>
Value parse_word(const Words<Value>& words, const std::string& option, const std::string& text) {
  if (const std::optional<Value> value = find_word(words, text)) return *value;
  std::string wanted;
  for (const auto& [word, value] : words) wanted += (wanted.empty() ? "" : " or ") + std::string(word);
  throw Error(ErrorCode::usage, option + " is '" + text + "', wanted " + wanted);
}

template <class Value>
std::string word_of(const Words<Value>& words, Value value) {
  for (const auto& [word, meaning] : words) {
    if (meaning == value) return word;
  }
  return "file";
}

using ReadSize = std::optional<int> StyliseRequest::*;

Setting size_setting(const char* name, std::string help, ReadSize slot,
                     std::function<std::string(const Options&)> shown) {
  return {kPainting,
          name,
          "N",
          std::move(help),
          [slot](StyliseRequest& request, const std::string& option, const std::string& text) {
            request.*slot = static_cast<int>(parse_integer(option, text, 1, kAnyInt));
          },
          std::move(shown)};
}

const Words<Start> kStarts = {{"content", Start::content}, {"blend", Start::blend}, {"noise", Start::noise}};
const Words<Pooling> kPools = {{"max", Pooling::max}, {"avg", Pooling::average}};
const Words<Preprocess> kPreprocesses = {{"auto", Preprocess::automatic}, {"literal", Preprocess::literal}};

void read_init(StyliseRequest& request, const std::string& option, const std::string& text) {
  request.start_file.reset();
  if (const std::optional<Start> start = find_word(kStarts, text)) {
    request.changes.emplace_back([start](Options& options) { options.start = *start; });
    return;
  }
  const std::filesystem::path file = text;
  std::error_code failure;
  if (!file.has_extension() && !file.has_parent_path() && !std::filesystem::exists(file, failure)) {
    throw Error(ErrorCode::usage,
                option + " is '" + text + "', wanted content, blend, noise, or a file that exists (.npy or a picture)");
  }
  request.start_file = file;
}

std::string shown_pool(const Options& options) {
  return options.pooling ? word_of(kPools, *options.pooling) : "as the weights";
}

std::vector<Setting> size_settings() {
  const auto exact = [](const Options& options) { return options.width > 0; };
  return {
      size_setting("--size", "long side of the painting, aspect kept", &StyliseRequest::size,
                   [=](const Options& options) { return exact(options) ? "" : std::to_string(options.size); }),
      size_setting("--width", "exact size, with --height, instead of --size", &StyliseRequest::width,
                   [=](const Options& options) { return exact(options) ? std::to_string(options.width) : ""; }),
      size_setting("--height", "exact size, with --width", &StyliseRequest::height,
                   [=](const Options& options) { return exact(options) ? std::to_string(options.height) : ""; }),
      {kPainting, "--style-size", "N", "long side of the style picture",
       [](StyliseRequest& request, const std::string& option, const std::string& text) {
         const auto value = static_cast<int>(parse_integer(option, text, 1, kAnyInt));
         request.changes.emplace_back([=](Options& options) {
           options.style_size = value;
           options.style_exact = false;
         });
       },
       [](const Options& options) {
         return options.style_size > 0 ? std::to_string(options.style_size) : "as the painting";
       }},
  };
}

std::vector<Setting> look_settings() {
  return {
      real(kPainting, "--content-weight", "weight of the content's shapes",
           [](Options& o) -> double& { return o.content_weight; }),
      real(kPainting, "--style-weight", "weight of the style's strokes and colours",
           [](Options& o) -> double& { return o.style_weight; }),
      real(kPainting, "--tv-weight", "weight of smoothness (total variation)",
           [](Options& o) -> double& { return o.tv_weight; }),
      layers(
          kPainting, "--content-layers", "compared for shapes", [](Options & o) -> auto& { return o.content_layers; }),
      layers(
          kPainting, "--style-layers", "compared for style", [](Options & o) -> auto& { return o.style_layers; }),
      {kPainting, "--pool", "KIND", "pooling, max or avg",
       [](StyliseRequest& request, const std::string& option, const std::string& text) {
         const Pooling value = parse_word(kPools, option, text);
         request.changes.emplace_back([=](Options& options) { options.pooling = value; });
       },
       shown_pool},
      {kPainting, "--preprocess", "KIND", "auto: as the weights want; literal: as it is",
       [](StyliseRequest& request, const std::string& option, const std::string& text) {
         const Preprocess value = parse_word(kPreprocesses, option, text);
         request.changes.emplace_back([=](Options& options) { options.preprocess = value; });
       },
       [](const Options& options) { return word_of(kPreprocesses, options.preprocess); }},
  };
}

std::vector<Setting> step_settings() {
  return {
      whole(kSteps, "--epochs", "number of epochs; a snapshot and a line each", 1,
            [](Options& o) -> int& { return o.epochs; }),
      whole(kSteps, "--steps-per-epoch", "steps of an epoch", 1, [](Options& o) -> int& { return o.steps_per_epoch; }),
      real(kSteps, "--learning-rate", "Adam's step length", [](Options& o) -> double& { return o.adam.learning_rate; }),
      real(kSteps, "--adam-beta1", "Adam's memory of gradients", [](Options& o) -> double& { return o.adam.beta1; }),
      real(kSteps, "--adam-beta2", "Adam's memory of squared gradients",
           [](Options& o) -> double& { return o.adam.beta2; }),
      real(kSteps, "--adam-epsilon", "Adam's guard against division by zero",
           [](Options& o) -> double& { return o.adam.epsilon; }),
      {kSteps, "--init", "START", "content, blend, noise, or a .npy or picture", read_init,
       [](const Options& options) { return word_of(kStarts, options.start); }},
      real(kSteps, "--init-noise", "amplitude of the start's noise; 0: exact start",
           [](Options& o) -> double& { return o.noise_amplitude; }),
      {kSteps, "--seed", "N", "seed of the noise: same seed, same picture",
       [](StyliseRequest& request, const std::string& option, const std::string& text) {
         const std::uint64_t value = parse_seed(option, text);
         request.changes.emplace_back([=](Options& options) { options.seed = value; });
       },
       [](const Options& options) { return std::to_string(options.seed); }},
  };
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> table = [] {
    std::vector<Setting> all = look_settings();
    for (const auto& part : {size_settings(), step_settings()}) all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return table;
}

}  // namespace impasto::cli
