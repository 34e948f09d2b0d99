#include "impasto/option_fields.h"

#include <ios>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "style/field_kinds.h"

namespace impasto::inline v0_1 {
namespace {

constexpr Words<bool> kYesNo = {{"yes", true}, {"no", false}};
constexpr Words<ColourMode> kColours = {{"style", ColourMode::style},
                                        {"content-luminance", ColourMode::content_luminance},
                                        {"match", ColourMode::match},
                                        {"histogram", ColourMode::histogram}};
constexpr Words<LossScale> kLossScales = {
    {"yes", LossScale::normalised}, {"no", LossScale::mean}, {"tutorial", LossScale::tutorial}};
constexpr Words<StyleStatistic> kStatistics = {{"gram", StyleStatistic::gram},
                                               {"covariance", StyleStatistic::covariance},
                                               {"mean+covariance", StyleStatistic::mean_covariance}};
constexpr Words<OptimiserKind> kOptimisers = {{"adam", OptimiserKind::adam}, {"lbfgs", OptimiserKind::lbfgs}};
constexpr Words<AdamEpsilon> kConventions = {{"pytorch", AdamEpsilon::pytorch}, {"keras", AdamEpsilon::keras}};
constexpr Words<Start> kStarts = {{"content", Start::content}, {"blend", Start::blend}, {"noise", Start::noise}};
constexpr Words<NoiseKind> kNoises = {
    {"octaves", NoiseKind::octaves}, {"white", NoiseKind::white}, {"uniform", NoiseKind::uniform}};
constexpr Words<std::optional<Pooling>> kPools = {
    {"auto", std::nullopt}, {"max", Pooling::max}, {"avg", Pooling::average}, {"l2", Pooling::l2}};
constexpr Words<std::optional<Padding>> kPaddings = {
    {"auto", std::nullopt}, {"zero", Padding::zero}, {"replicate", Padding::replicate}, {"reflect", Padding::reflect}};
constexpr Words<Preprocess> kPreprocesses = {{"auto", Preprocess::automatic}, {"literal", Preprocess::literal}};
constexpr Words<Rounding> kRoundings = {{"nearest", Rounding::nearest}, {"truncate", Rounding::truncate}};
constexpr Words<Filter> kFilters = {{"lanczos", Filter::lanczos3},
                                    {"area", Filter::area},
                                    {"triangle", Filter::triangle},
                                    {"bilinear", Filter::bilinear}};
constexpr Words<FileColour> kProfiles = {{"srgb", FileColour::srgb}, {"keep", FileColour::original}};
constexpr Words<bool> kKeepDrop = {{"keep", true}, {"drop", false}};
constexpr Words<int> kBits = {{"8", 8}, {"16", 16}};
constexpr Words<bool> kSubsamplings = {{"4:2:0", true}, {"4:4:4", false}};

std::vector<int> parse_whole_list(const std::string& called, const std::string& text) {
  std::vector<int> list;
  std::istringstream items(text + ",");
  items.exceptions(std::ios::badbit);
  for (std::string item; std::getline(items, item, ',');) {
    list.push_back(static_cast<int>(parse_integer(called, item, 1, kAnyInt)));
  }
  return list;
}

std::string format_whole_list(const std::vector<int>& list) {
  std::string text;
  for (const int value : list) text += (text.empty() ? "" : ",") + std::to_string(value);
  return text;
}

std::vector<OptionField> look_fields() {
  return {
      real_field(
          "content-weight", "weight of the content's shapes", [](auto& o) -> auto& { return o.content_weight; }),
      real_field(
          "style-weight", "weight of strokes and colours", [](auto& o) -> auto& { return o.style_weight; }),
      real_field(
          "tv-weight", "weight of smoothness", [](auto& o) -> auto& { return o.tv_weight; }),
      layers_field(
          "content-layers", "compared for shapes", [](auto& o) -> auto& { return o.content_layers; }),
      layers_field(
          "style-layers", "compared for style", [](auto& o) -> auto& { return o.style_layers; }),
      word_field(
          "statistic", "what is style", kStatistics, [](auto& o) -> auto& { return o.statistic; }),
      word_field(
          "normalise", "weights mean the same anywhere", kLossScales, [](auto& o) -> auto& { return o.loss_scale; }),
      word_field(
          "normalise-gradients", "every layer pulls alike", kYesNo,
          [](auto& o) -> auto& { return o.normalise_gradients; }),
      word_field(
          "colour", "whose colours", kColours, [](auto& o) -> auto& { return o.colour; }),
      real_field(
          "colour-amount", "how much of that, 0 to 1", [](auto& o) -> auto& { return o.colour_amount; }),
  };
}

// Whole number, or nothing for 0.
template <class Set, class Get>
OptionField side_field(const char* name, const char* help, Set set, Get get) {
  return {.name = name,
          .label = "N",
          .help = help,
          .set = [=](Options& o, const std::string& called,
                     const std::string& text) { set(o, static_cast<int>(parse_integer(called, text, 1, kAnyInt))); },
          .get =
              [=](const Options& o) {
                const int value = get(o);
                return value > 0 ? std::to_string(value) : "";
              }};
}

OptionField scales_field() {
  return {.name = "scales",
          .label = "auto|N|LIST",
          .help = "coarse to fine: long sides, or how many",
          .set =
              [](Options& o, const std::string& called, const std::string& text) {
                o.scale_sizes.clear();
                o.scale_count = 0;
                if (text == "auto") return;
                const std::vector<int> list = parse_whole_list(called, text);
                if (list.size() == 1 && list[0] <= kMaxScales) {
                  o.scale_count = list[0];
                } else {
                  o.scale_sizes = list;
                }
              },
          .get =
              [](const Options& o) {
                if (!o.scale_sizes.empty()) return format_whole_list(o.scale_sizes);
                return o.scale_count == 0 ? std::string("auto") : std::to_string(o.scale_count);
              }};
}

std::vector<OptionField> size_fields() {
  OptionField exact = word_field(
      "style-exact", "the style at exactly the painting's size, aspect lost", kYesNo,
      [](auto& o) -> auto& { return o.style_exact; });
  exact.rare = true;
  return {
      side_field(
          "size", "long side of the painting, aspect kept",
          [](Options& o, int value) {
            o.size = value;
            o.width = o.height = 0;
          },
          [](const Options& o) { return o.width > 0 ? 0 : o.size; }),
      side_field(
          "width", "exact size, with --height", [](Options& o, int value) { o.width = value; },
          [](const Options& o) { return o.width; }),
      side_field(
          "height", "exact size, with --width", [](Options& o, int value) { o.height = value; },
          [](const Options& o) { return o.height; }),
      side_field(
          "style-size", "long side of the style [the painting's]",
          [](Options& o, int value) {
            o.style_size = value;
            o.style_exact = false;
          },
          [](const Options& o) { return o.style_size; }),
      real_field(
          "style-scale", "larger style, larger strokes", [](auto& o) -> auto& { return o.style_scale; }),
      scales_field(),
      word_field(
          "resize", "how pictures shrink", kFilters, [](auto& o) -> auto& { return o.resize.filter; }),
      word_field(
          "linear-light", "average light there, not values", kYesNo,
          [](auto& o) -> auto& { return o.resize.linear_light; }),
      exact,
  };
}

std::vector<OptionField> step_fields() {
  OptionField convention = word_field(
      "adam-convention", "where epsilon stands in Adam", kConventions,
      [](auto& o) -> auto& { return o.adam.convention; });
  convention.rare = true;
  return {
      {.name = "iterations",
       .label = "LIST",
       .help = "at each scale, coarsest first",
       .set = [](Options& o, const std::string& called,
                 const std::string& text) { o.iterations = parse_whole_list(called, text); },
       .get = [](const Options& o) { return format_whole_list(o.iterations); }},
      whole_field(
          "steps-per-epoch", "a line and a snapshot each", 1, [](auto& o) -> auto& { return o.steps_per_epoch; }),
      word_field(
          "optimiser", "what moves the pixels", kOptimisers, [](auto& o) -> auto& { return o.optimiser; }),
      whole_field(
          "lbfgs-history", "pairs L-BFGS remembers", 1, [](auto& o) -> auto& { return o.lbfgs.history; }),
      real_field(
          "learning-rate", "Adam's step length", [](auto& o) -> auto& { return o.adam.learning_rate; }),
      real_field(
          "learning-rate-decay", "its factor every 100 steps", [](auto& o) -> auto& { return o.adam.decay; }),
      real_field(
          "adam-beta1", "Adam's memory of gradients", [](auto& o) -> auto& { return o.adam.beta1; }),
      real_field(
          "adam-beta2", "and of their squares", [](auto& o) -> auto& { return o.adam.beta2; }),
      real_field(
          "adam-epsilon", "Adam's guard against 0", [](auto& o) -> auto& { return o.adam.epsilon; }),
      convention,
      real_field(
          "average", "mean of the last pictures, as 0.99", [](auto& o) -> auto& { return o.average; }),
      real_field(
          "stop-when-flat", "end a scale that gains less, as 0.001", [](auto& o) -> auto& { return o.stop_when_flat; }),
  };
}

std::vector<OptionField> start_fields() {
  return {
      word_field(
          "init", "what it starts from", kStarts, [](auto& o) -> auto& { return o.start; }),
      word_field(
          "noise", "the start's noise", kNoises, [](auto& o) -> auto& { return o.noise; }),
      real_field(
          "init-noise", "its amplitude; 0: exact start", [](auto& o) -> auto& { return o.noise_amplitude; }),
      {.name = "seed",
       .label = "N",
       .help = "same seed, same picture",
       .set = [](Options& o, const std::string& called, const std::string& text) { o.seed = parse_seed(called, text); },
       .get = [](const Options& o) { return std::to_string(o.seed); }},
  };
}

std::vector<OptionField> network_fields() {
  return {
      word_field(
          "pool", "pooling; auto: as the weights want", kPools, [](auto& o) -> auto& { return o.pooling; }),
      word_field(
          "padding", "beyond the edges", kPaddings, [](auto& o) -> auto& { return o.padding; }),
      word_field(
          "preprocess", "literal: normalised RGB as it is", kPreprocesses,
          [](auto& o) -> auto& { return o.preprocess; }),
  };
}

std::vector<OptionField> file_fields() {
  OptionField fast_dct = word_field(
      "fast-dct", "decode JPEGs as TensorFlow does", kYesNo, [](auto& o) -> auto& { return o.decode.fast_dct; });
  OptionField rounding = word_field(
      "rounding", "of values to bytes", kRoundings, [](auto& o) -> auto& { return o.encode.rounding; });
  OptionField profile = word_field(
      "read-profile", "convert from a picture's ICC profile", kYesNo,
      [](auto& o) -> auto& { return o.decode.apply_profile; });
  fast_dct.rare = rounding.rare = profile.rare = true;
  return {
      whole_field(
          "quality", "of JPEG, 1 to 100", 1, [](auto& o) -> auto& { return o.encode.jpeg_quality; }),
      word_field(
          "subsampling", "of JPEG's colours", kSubsamplings,
          [](auto& o) -> auto& { return o.encode.jpeg_subsampling; }),
      whole_field(
          "webp-quality", "0 to 100; 100: lossless", 0, [](auto& o) -> auto& { return o.encode.webp_quality; }),
      word_field(
          "bits", "a colour; 16 for PNG and TIFF", kBits, [](auto& o) -> auto& { return o.encode.bits; }),
      word_field(
          "profile", "colours of the file; keep: the content's", kProfiles,
          [](auto& o) -> auto& { return o.encode.colour; }),
      word_field(
          "metadata", "the content's EXIF and XMP", kKeepDrop, [](auto& o) -> auto& { return o.encode.keep_metadata; }),
      fast_dct,
      profile,
      rounding,
  };
}

}  // namespace

const std::vector<OptionField>& option_fields() {
  static const std::vector<OptionField> table = [] {
    std::vector<OptionField> all;
    const auto add = [&](const char* group, std::vector<OptionField> fields) {
      for (OptionField& field : fields) {
        field.group = group;
        all.push_back(std::move(field));
      }
    };
    add("Look", look_fields());
    add("Size", size_fields());
    add("Steps", step_fields());
    add("Start", start_fields());
    add("Network", network_fields());
    add("Files", file_fields());
    return all;
  }();
  return table;
}

}  // namespace impasto::inline v0_1
