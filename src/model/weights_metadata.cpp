#include "model/weights_metadata.h"

#include <algorithm>
#include <array>
#include <ios>
#include <locale>
#include <optional>
#include <sstream>
#include <string>

#include "base/check.h"
#include "base/numbers.h"
#include "base/words.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::array<int, 3> kRgb{0, 1, 2}, kBgr{2, 1, 0};

constexpr Words<WeightsSource> kSources = {{"auto", WeightsSource::automatic},
                                           {"keras", WeightsSource::keras},
                                           {"torchvision", WeightsSource::torchvision},
                                           {"caffe", WeightsSource::caffe}};
constexpr Words<WeightsType> kTypes = {
    {"f32", WeightsType::f32}, {"f16", WeightsType::f16}, {"bf16", WeightsType::bf16}};
constexpr Words<Pooling> kPoolings = {{"max", Pooling::max}, {"average", Pooling::average}};
constexpr Words<Padding> kPaddings = {
    {"zero", Padding::zero}, {"replicate", Padding::replicate}, {"reflect", Padding::reflect}};
constexpr Words<std::array<int, 3>> kOrders = {{"RGB", kRgb}, {"BGR", kBgr}};
constexpr Words<double> kRanges = {{"1", 1.0}, {"255", 255.0}};
constexpr Words<bool> kLayouts = {{"OIHW", true}, {"HWIO", false}};
constexpr Words<bool> kFoldings = {{"folded", true}, {"carried", false}};

template <class Value>
std::optional<Value> choice(const WeightsMetadata& metadata, const char* key, Words<Value> words,
                            const std::string& label) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return std::nullopt;
  const std::optional<Value> value = find_word(words, found->second);
  require(value.has_value(), ErrorCode::input, label, ": metadata '", key, "' is '", found->second, "'; wanted ",
          join(words, " or ", " or "));
  return value;
}

std::array<double, 3> three_numbers(const std::string& list, const char* key, const std::string& label) {
  std::istringstream in(list);
  in.exceptions(std::ios::badbit);
  in.imbue(std::locale::classic());
  std::array<double, 3> numbers{};
  char comma1 = 0, comma2 = 0;
  in >> numbers[0] >> comma1 >> numbers[1] >> comma2 >> numbers[2];
  require(!in.fail() && (in >> std::ws).eof() && comma1 == ',' && comma2 == ',', ErrorCode::input, label,
          ": metadata '", key, "' is '", list, "'; wanted three numbers like 0.485,0.456,0.406");
  return numbers;
}

std::string list_of(const std::array<double, 3>& numbers) {
  return shortest(numbers[0]) + "," + shortest(numbers[1]) + "," + shortest(numbers[2]);
}

// Of torchvision's training in 0..1, of Caffe's in 0..255.
Preprocessing usual(const std::array<int, 3>& order, double range) {
  Preprocessing p = range == 1 ? Preprocessing{} : kCaffePreprocessing;
  if (order != p.order) {
    std::reverse(p.mean.begin(), p.mean.end());
    std::reverse(p.deviation.begin(), p.deviation.end());
    p.order = order;
  }
  return p;
}

}  // namespace

std::string to_string(WeightsSource source) { return word_of(kSources, source); }
template <>
WeightsSource parse(const std::string& word, const std::string& called) {
  return parse_word(kSources, called, word);
}
std::string to_string(WeightsType type) { return word_of(kTypes, type); }
template <>
WeightsType parse(const std::string& word, const std::string& called) {
  return parse_word(kTypes, called, word);
}

Preprocessing preprocessing_of(WeightsSource source, bool rgb) {
  if (source == WeightsSource::torchvision) return usual(rgb ? kRgb : kBgr, 1);
  return usual(rgb ? kRgb : kBgr, 255);
}

std::optional<WeightsSource> named_source(const WeightsMetadata& metadata) {
  const auto found = metadata.find("source");
  if (found == metadata.end()) return std::nullopt;
  const auto source = find_word(kSources, found->second);
  return source == WeightsSource::automatic ? std::nullopt : source;
}

bool tells_preprocessing(const WeightsMetadata& metadata) {
  return named_source(metadata) || (metadata.count("channel_order") != 0 && metadata.count("range") != 0);
}

bool is_folded(const WeightsMetadata& metadata, const std::string& label) {
  return choice(metadata, "preprocessing", kFoldings, label).value_or(false);
}

Preprocessing read_preprocessing(const WeightsMetadata& metadata, const Preprocessing& otherwise,
                                 const std::string& label) {
  const auto order = choice(metadata, "channel_order", kOrders, label);
  const auto range = choice(metadata, "range", kRanges, label);
  Preprocessing p =
      order || range ? usual(order.value_or(otherwise.order), range.value_or(otherwise.range)) : otherwise;
  if (const auto mean = metadata.find("mean"); mean != metadata.end())
    p.mean = three_numbers(mean->second, "mean", label);
  if (const auto std = metadata.find("std"); std != metadata.end())
    p.deviation = three_numbers(std->second, "std", label);
  for (const double deviation : p.deviation) {
    require(deviation > 0, ErrorCode::input, label, ": metadata 'std' holds ", deviation, "; wanted positive numbers");
  }
  return p;
}

Pooling read_pooling(const WeightsMetadata& metadata, const std::string& label) {
  return choice(metadata, "pooling", kPoolings, label).value_or(Pooling::max);
}

Padding read_padding(const WeightsMetadata& metadata, const std::string& label) {
  return choice(metadata, "padding", kPaddings, label).value_or(Padding::zero);
}

std::optional<bool> read_oihw(const WeightsMetadata& metadata, const std::string& label) {
  return choice(metadata, "layout", kLayouts, label);
}

std::string channel_order_word(const Preprocessing& p) { return word_of(kOrders, p.order); }

WeightsMetadata written_metadata(const Preprocessing& p, bool folded, Pooling pooling, Padding padding) {
  return {{"channel_order", channel_order_word(p)},
          {"range", shortest(p.range)},
          {"mean", list_of(p.mean)},
          {"std", list_of(p.deviation)},
          {"preprocessing", word_of(kFoldings, folded)},
          {"pooling", to_string(pooling)},
          {"padding", to_string(padding)}};
}

}  // namespace impasto::IMPASTO_ABI
