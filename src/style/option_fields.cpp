#include "impasto/option_fields.h"

#include <algorithm>
#include <ios>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/numbers.h"
#include "base/words.h"
#include "impasto/image.h"
#include "style/field_kinds.h"

namespace impasto::IMPASTO_ABI {
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
constexpr Words<HistoryPrecision> kPrecisions = {{"single", HistoryPrecision::single},
                                                 {"half", HistoryPrecision::half}};
constexpr Words<LbfgsVariables> kVariables = {{"pixels", LbfgsVariables::pixels},
                                              {"luminance-pyramid", LbfgsVariables::luminance_pyramid},
                                              {"colour-pyramid", LbfgsVariables::colour_pyramid}};
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
constexpr Words<int> kBits = {{"8", 8}, {"10", 10}, {"12", 12}, {"16", 16}};
constexpr Words<bool> kSubsamplings = {{"4:2:0", true}, {"4:4:4", false}};

constexpr int kMaxSteps = 1'000'000;

std::vector<int> parse_wholes(const std::string& called, const std::string& text, const NumberRange& range) {
  std::vector<int> list;
  std::istringstream items(text + ",");
  items.exceptions(std::ios::badbit);
  for (std::string item; std::getline(items, item, ',');) list.push_back(parse_whole(called, item, range));
  return list;
}

std::string format_wholes(const std::vector<int>& list) {
  std::string text;
  for (const int value : list) text += (text.empty() ? "" : ",") + std::to_string(value);
  return text;
}

std::vector<double> numbers_of(const std::vector<int>& list) { return {list.begin(), list.end()}; }

std::vector<OptionField> look_fields() {
  return {
      real_field("content-weight", "weight of the content's shapes", at_least(0), place(&Options::content_weight)),
      real_field("style-weight", "weight of strokes and colours", at_least(0), place(&Options::style_weight)),
      real_field("tv-weight", "weight of smoothness", at_least(0), place(&Options::tv_weight),
                 "total variation weight"),
      layers_field("content-layers", "compared for shapes", place(&Options::content_layers)),
      layers_field("style-layers", "compared for style", place(&Options::style_layers)),
      word_field("statistic", "what is style", kStatistics, place(&Options::statistic)),
      word_field("normalise", "weights mean the same anywhere", kLossScales, place(&Options::loss_scale)),
      word_field("normalise-gradients", "every layer pulls alike", kYesNo, place(&Options::normalise_gradients)),
      word_field("colour", "whose colours", kColours, place(&Options::colour)),
      needs(real_field("colour-amount", "how much of that, 0 to 1", between(0, 1), place(&Options::colour_amount),
                       "amount of colour"),
            "colour", {"content-luminance", "match", "histogram"}),
  };
}

// A side in pixels, or nothing for 0.
template <class Set, class Get>
OptionField side_field(const char* name, const char* help, Set set, Get get) {
  OptionField made = field(FieldKind::whole, name, help);
  made.range = between(1, kMaxImageSide);
  made.unit = "pixels";
  made.set = [=](Options& o, const std::string& called, const std::string& text) {
    set(o, parse_whole(called, text, between(1, kMaxImageSide)));
  };
  made.get = [=](const Options& o) { return get(o) == 0 ? "" : std::to_string(get(o)); };
  made.numbers = [=](const Options& o) { return numbers_of(get(o) == 0 ? std::vector<int>{} : std::vector{get(o)}); };
  return made;
}

OptionField scales_field() {
  OptionField made = field(FieldKind::scales, "scales", "coarse to fine: sides or count", "a scale");
  made.range = between(1, kMaxImageSide);
  made.unit = "pixels";
  made.set = [](Options& o, const std::string& called, const std::string& text) {
    o.scale_sizes.clear();
    o.scale_count = 0;
    if (text == "auto") return;
    const std::vector<int> list = parse_wholes(called, text, between(1, kMaxImageSide));
    if (list.size() == 1 && list[0] <= kMaxScales) {
      o.scale_count = list[0];
    } else {
      o.scale_sizes = list;
    }
  };
  made.get = [](const Options& o) {
    if (!o.scale_sizes.empty()) return format_wholes(o.scale_sizes);
    return o.scale_count == 0 ? std::string("auto") : std::to_string(o.scale_count);
  };
  made.numbers = [](const Options& o) { return numbers_of(o.scale_sizes); };
  return made;
}

std::vector<OptionField> size_fields() {
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
      real_field("style-scale", "larger style, larger strokes", between(0.05, 20), place(&Options::style_scale)),
      scales_field(),
      side_field(
          "region-size", "paint in parts of this side [the whole]",
          [](Options& o, int value) { o.region_size = value; }, [](const Options& o) { return o.region_size; }),
      word_field("resize", "how pictures shrink", kFilters, place(&Options::resize, &ResizeOptions::filter)),
      word_field("linear-light", "average light there, not values", kYesNo,
                 place(&Options::resize, &ResizeOptions::linear_light)),
      rare(word_field("style-exact", "the style at exactly the painting's size, aspect lost", kYesNo,
                      place(&Options::style_exact))),
  };
}

OptionField iterations_field() {
  OptionField made = field(FieldKind::wholes, "iterations", "at each scale, coarsest first", "number of iterations");
  made.range = between(1, kMaxSteps);
  made.set = [](Options& o, const std::string& called, const std::string& text) {
    o.iterations = parse_wholes(called, text, between(1, kMaxSteps));
  };
  made.get = [](const Options& o) { return format_wholes(o.iterations); };
  made.numbers = [](const Options& o) { return numbers_of(o.iterations); };
  return made;
}

std::vector<OptionField> adam_fields() {
  std::vector<OptionField> fields = {
      real_field("learning-rate", "Adam's step length", above(0), place(&Options::adam, &AdamOptions::learning_rate)),
      real_field("learning-rate-decay", "its factor every 100 steps", above_to(0, 1),
                 place(&Options::adam, &AdamOptions::decay)),
      real_field("adam-beta1", "Adam's memory of gradients", from_to_below(0, 1),
                 place(&Options::adam, &AdamOptions::beta1), "Adam's beta1"),
      real_field("adam-beta2", "and of their squares", from_to_below(0, 1), place(&Options::adam, &AdamOptions::beta2),
                 "Adam's beta2"),
      real_field("adam-epsilon", "Adam's guard against 0", above(0), place(&Options::adam, &AdamOptions::epsilon),
                 "Adam's epsilon"),
      rare(word_field("adam-convention", "where epsilon stands in Adam", kConventions,
                      place(&Options::adam, &AdamOptions::convention))),
  };
  for (OptionField& one : fields) one = needs(std::move(one), "optimiser", {"adam"});
  return fields;
}

std::vector<OptionField> lbfgs_fields() {
  std::vector<OptionField> fields = {
      whole_field("lbfgs-history", "pairs L-BFGS remembers", between(1, 100),
                  place(&Options::lbfgs, &LbfgsOptions::history), "L-BFGS's history"),
      word_field("lbfgs-precision", "of the pairs; half: 16 bits", kPrecisions,
                 place(&Options::lbfgs, &LbfgsOptions::precision)),
      rare(word_field("lbfgs-variables", "what L-BFGS moves", kVariables,
                      place(&Options::lbfgs, &LbfgsOptions::variables))),
      rare(whole_field("lbfgs-evaluations", "at most, of one line search", between(2, 100),
                       place(&Options::lbfgs, &LbfgsOptions::max_evaluations), "evaluations of a line search")),
      rare(real_field("lbfgs-first-decrease", "of the loss, aimed at by the first trial", between(0, 1),
                      place(&Options::lbfgs, &LbfgsOptions::first_decrease), "L-BFGS's first decrease")),
  };
  for (OptionField& one : fields) one = needs(std::move(one), "optimiser", {"lbfgs"});
  return fields;
}

std::vector<OptionField> step_fields() {
  std::vector<OptionField> fields = {
      iterations_field(),
      whole_field("steps-per-epoch", "a line and a snapshot each", between(1, kMaxSteps),
                  place(&Options::steps_per_epoch), "number of steps per epoch"),
      word_field("optimiser", "what moves the pixels", kOptimisers, place(&Options::optimiser)),
  };
  for (OptionField& one : lbfgs_fields()) fields.push_back(std::move(one));
  for (OptionField& one : adam_fields()) fields.push_back(std::move(one));
  fields.push_back(real_field("average", "mean of the last pictures, as 0.99", from_to_below(0, 1),
                              place(&Options::average), "the average's factor"));
  fields.push_back(real_field("stop-when-flat", "end a scale that gains less, as 0.001", from_to_below(0, 1),
                              place(&Options::stop_when_flat), "the gain to stop at"));
  return fields;
}

OptionField seed_field() {
  OptionField made = field(FieldKind::whole, "seed", "same seed, same picture");
  made.range = at_least(0);
  made.set = [](Options& o, const std::string& called, const std::string& text) { o.seed = parse_seed(called, text); };
  made.get = [](const Options& o) { return std::to_string(o.seed); };
  return made;
}

std::vector<OptionField> start_fields() {
  OptionField amplitude = real_field("init-noise", "its amplitude; 0: exact start", at_least(0),
                                     place(&Options::noise_amplitude), "noise amplitude");
  amplitude.unit = "normalised units";
  return {
      word_field("init", "what it starts from", kStarts, place(&Options::start)),
      word_field("noise", "the start's noise", kNoises, place(&Options::noise)),
      std::move(amplitude),
      seed_field(),
  };
}

std::vector<OptionField> network_fields() {
  return {
      word_field("pool", "pooling; auto: as the weights want", kPools, place(&Options::pooling)),
      word_field("padding", "edges", kPaddings, place(&Options::padding)),
      word_field("preprocess", "literal: normalised RGB as it is", kPreprocesses, place(&Options::preprocess)),
  };
}

std::vector<OptionField> file_fields() {
  return {
      whole_field("quality", "of JPEG, 1 to 100", between(1, 100),
                  place(&Options::encode, &EncodeOptions::jpeg_quality), "JPEG quality"),
      word_field("subsampling", "of JPEG's colours", kSubsamplings,
                 place(&Options::encode, &EncodeOptions::jpeg_subsampling)),
      whole_field("webp-quality", "0 to 100; 100: lossless", between(0, 100),
                  place(&Options::encode, &EncodeOptions::webp_quality), "WebP quality"),
      word_field("bits", "a colour, as the format holds", kBits, place(&Options::encode, &EncodeOptions::bits)),
      word_field("profile", "colours of the file; keep: the content's", kProfiles,
                 place(&Options::encode, &EncodeOptions::colour)),
      word_field("metadata", "the content's EXIF and XMP", kKeepDrop,
                 place(&Options::encode, &EncodeOptions::keep_metadata)),
      rare(word_field("fast-dct", "decode JPEGs as TensorFlow does", kYesNo,
                      place(&Options::decode, &DecodeOptions::fast_dct))),
      rare(word_field("read-profile", "convert from a picture's ICC profile", kYesNo,
                      place(&Options::decode, &DecodeOptions::apply_profile))),
      rare(word_field("rounding", "of values to bytes", kRoundings, place(&Options::encode, &EncodeOptions::rounding))),
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

bool OptionField::applies(const Options& options) const {
  if (needs.empty()) return true;
  const auto& fields = option_fields();
  const auto other = std::find_if(fields.begin(), fields.end(), [&](const OptionField& f) { return f.name == needs; });
  return other == fields.end() || std::find(needed.begin(), needed.end(), other->get(options)) != needed.end();
}

}  // namespace impasto::IMPASTO_ABI
