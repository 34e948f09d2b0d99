#include "style/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/json_text.h"
#include "base/check.h"
#include "base/half.h"
#include "impasto/text_file.h"
#include "style/options_text.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Json = nlohmann::json;

constexpr const char* kKind = "checkpoint";
constexpr const char* kVersionKey = "impasto_checkpoint";
constexpr int kVersion = 3;
constexpr int kMost = std::numeric_limits<int>::max();
constexpr int kMostSide = 1 << 20;  // beyond any format's limit

// JSON has no infinity.
Json json_number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

}  // namespace

void CheckpointSaver::number(const std::string& name, double& value) { state_[name] = json_number(value); }

void CheckpointSaver::whole(const std::string& name, std::int64_t& value, std::int64_t, std::int64_t) {
  state_[name] = value;
}

void CheckpointSaver::numbers(const std::string& name, std::span<double> values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(json_number(value));
  state_[name] = list;
}

void CheckpointSaver::wholes(const std::string& name, std::vector<std::size_t>& values, std::size_t, std::size_t) {
  state_[name] = values;
}

template <class Value>
std::span<const Value> CheckpointSaver::kept(std::span<const Value> values) {
  bytes_ += values.size_bytes();
  if (copies_ == nullptr) return values;
  copied_.push_back(allocate_aligned(values.size_bytes(), copies_));
  auto* copy = reinterpret_cast<Value*>(copied_.back().get());
  std::copy(values.begin(), values.end(), copy);
  return {copy, values.size()};
}

void CheckpointSaver::values(const std::string& name, std::span<float> values) {
  arrays_.push_back({name,
                     "F32",
                     {static_cast<std::int64_t>(values.size())},
                     [kept = kept<float>(values)](const ArrayToSave::Take& take) { take(kept); }});
}

void CheckpointSaver::halves(const std::string& name, std::span<std::uint16_t> halves) {
  arrays_.push_back({name,
                     "F16",
                     {static_cast<std::int64_t>(halves.size())},
                     [kept = kept<std::uint16_t>(halves)](const ArrayToSave::Take& take) {
                       constexpr std::size_t kPiece = 1 << 14;
                       std::vector<float> piece;
                       for (std::size_t begin = 0; begin < kept.size(); begin += kPiece) {
                         const auto part = kept.subspan(begin, std::min(kPiece, kept.size() - begin));
                         piece.resize(part.size());
                         std::transform(part.begin(), part.end(), piece.begin(), float_from_half);
                         take(piece);
                       }
                     }});
}

void CheckpointSaver::save(const CheckpointFacts& facts, const std::filesystem::path& file) const {
  const Json run = {
      {"steps_done", facts.steps_done}, {"steps", facts.steps},       {"scale", facts.scale},
      {"scales", facts.scales},         {"finished", facts.finished}, {"seconds", json_number(facts.seconds)},
      {"history", facts.history},       {"width", facts.width},       {"height", facts.height}};
  save_safetensors(file, arrays_,
                   {{kVersionKey, std::to_string(kVersion)},
                    {"program", facts.program},
                    {"options", preset_text(facts.options)},
                    {"run", run.dump()},
                    {"state", state_.dump()},
                    {"notes", Json(facts.notes).dump()},
                    {"target", facts.target},
                    {"convolution", to_string(facts.convolution)},
                    {"weights", facts.weights},
                    {"weights_sha256", facts.weights_digest},
                    {"pictures_sha256", facts.pictures_digest}},
                   kKind);
}

CheckpointLoader::CheckpointLoader(const std::filesystem::path& file) : file_(file, kKind) {
  const auto version = file_.metadata().find(kVersionKey);
  require(version != file_.metadata().end(), ErrorCode::input, label(),
          " is no checkpoint of Impasto; wanted a file that --checkpoint wrote");
  require(version->second == std::to_string(kVersion), ErrorCode::input, label(), " is of form ", version->second,
          ", which this version of Impasto does not know (it reads ", kVersion, "); use the one that saved it, ",
          text_metadata("program"));
  state_ = json_metadata("state");
  read_facts();
}

std::string CheckpointLoader::text_metadata(const char* key) const {
  const auto found = file_.metadata().find(key);
  require(found != file_.metadata().end(), ErrorCode::input, label(), " lacks '", key, "': it is damaged");
  return found->second;
}

Json CheckpointLoader::json_metadata(const char* key) const {
  const std::string text = text_metadata(key);
  return parse_json({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, label(), key);
}

void CheckpointLoader::read_facts() {
  const Json run = json_metadata("run");
  const auto whole = [&](const char* name, int least, int most) {
    return static_cast<int>(whole_of(entry(run, name), name, least, most));
  };
  facts_.program = text_metadata("program");
  facts_.options = options_from_text(text_metadata("options"), label());
  facts_.steps_done = whole("steps_done", 0, kMost);
  facts_.steps = whole("steps", 0, kMost);
  facts_.scales = whole("scales", 1, kMaxScales);
  facts_.scale = whole("scale", 1, facts_.scales);
  facts_.history = whole("history", 0, kMost);
  facts_.width = whole("width", 1, kMostSide);
  facts_.height = whole("height", 1, kMostSide);
  facts_.seconds = number_of(entry(run, "seconds"), "seconds");
  const Json& finished = entry(run, "finished");
  check(finished.is_boolean(), "finished");
  facts_.finished = finished.get<bool>();
  facts_.notes = json_strings(json_metadata("notes"));
  facts_.target = text_metadata("target");
  facts_.convolution = parse<Convolution>(text_metadata("convolution"), "the convolution of " + label());
  facts_.weights = text_metadata("weights");
  facts_.weights_digest = text_metadata("weights_sha256");
  facts_.pictures_digest = text_metadata("pictures_sha256");
}

const Json& CheckpointLoader::entry(const Json& of, const std::string& name) const {
  const auto found = of.find(name);
  require(found != of.end(), ErrorCode::input, label(), " lacks '", name, "': it is damaged, or not of this painting");
  return *found;
}

std::int64_t CheckpointLoader::whole_of(const Json& value, const std::string& name, std::int64_t least,
                                        std::int64_t most) const {
  // Unsigned ones beyond 63 bits would turn negative.
  const bool fits = value.is_number_integer() &&
                    !(value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX});
  require(fits && value.get<std::int64_t>() >= least && value.get<std::int64_t>() <= most, ErrorCode::input, label(),
          ": '", name, "' is ", value.dump(), ", wanted a whole number of ", least, " to ", most, "; it is damaged");
  return value.get<std::int64_t>();
}

double CheckpointLoader::number_of(const Json& value, const std::string& name) const {
  if (value.is_number()) return value.get<double>();
  if (value == "inf") return std::numeric_limits<double>::infinity();
  if (value == "-inf") return -std::numeric_limits<double>::infinity();
  require(value == "nan", ErrorCode::input, label(), ": '", name, "' is no number; it is damaged");
  return std::numeric_limits<double>::quiet_NaN();
}

void CheckpointLoader::number(const std::string& name, double& value) { value = number_of(entry(state_, name), name); }

void CheckpointLoader::whole(const std::string& name, std::int64_t& value, std::int64_t least, std::int64_t most) {
  value = whole_of(entry(state_, name), name, least, most);
}

void CheckpointLoader::numbers(const std::string& name, std::span<double> values) {
  const Json& list = entry(state_, name);
  check(list.is_array() && list.size() == values.size(), name);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = number_of(list[i], name);
}

void CheckpointLoader::wholes(const std::string& name, std::vector<std::size_t>& values, std::size_t longest,
                              std::size_t most) {
  const Json& list = entry(state_, name);
  check(list.is_array() && list.size() <= longest, name);
  values.clear();
  for (const Json& value : list)
    values.push_back(static_cast<std::size_t>(whole_of(value, name, 0, static_cast<std::int64_t>(most))));
}

void CheckpointLoader::values(const std::string& name, std::span<float> values) { read(name, "F32", values); }

void CheckpointLoader::halves(const std::string& name, std::span<std::uint16_t> halves) {
  std::vector<float> values(halves.size());
  read(name, "F16", values);
  std::transform(values.begin(), values.end(), halves.begin(), half_from_float);
}

void CheckpointLoader::read(const std::string& name, const char* dtype, std::span<float> values) {
  const auto found = file_.entries().find(name);
  const std::size_t each = std::string_view(dtype) == "F16" ? sizeof(std::uint16_t) : sizeof(float);
  check(found != file_.entries().end() && found->second.dtype == dtype && found->second.bytes == values.size() * each,
        name);
  file_.read(name, values);
}

NpyArray CheckpointLoader::picture() {
  const auto height = static_cast<std::uint64_t>(facts_.height), width = static_cast<std::uint64_t>(facts_.width);
  const auto found = file_.entries().find("picture");
  check(found != file_.entries().end() && found->second.bytes == height * width * 3 * sizeof(float), "picture");
  std::vector<float> numbers(static_cast<std::size_t>(height * width * 3));
  values("picture", numbers);
  return {{static_cast<std::size_t>(height), static_cast<std::size_t>(width), 3}, {numbers.begin(), numbers.end()}};
}

void CheckpointLoader::check(bool consistent, const std::string& name) {
  require(consistent, ErrorCode::input, label(), ": '", name,
          "' does not fit the painting; the file is damaged, or other settings were given");
}

CheckpointInfo read_checkpoint(const std::filesystem::path& file) {
  const CheckpointLoader loader(file);
  const CheckpointInfo& info = loader.facts();
  return info;
}

NpyArray checkpoint_picture(const std::filesystem::path& file) {
  CheckpointLoader loader(file);
  return loader.picture();
}

void check_checkpoint_output(const std::filesystem::path& file) { check_text_output(file); }

}  // namespace impasto::IMPASTO_ABI
