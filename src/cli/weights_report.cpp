#include "cli/weights_report.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/json_text.h"
#include "cli/text.h"

namespace impasto::cli {
namespace {

constexpr int kDigits = 9;  // of floats, so that they read back as the same

std::string shape(const std::vector<std::int64_t>& sizes, const char* between) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : between) + std::to_string(size);
  return text;
}

std::string triple(const std::array<double, 3>& numbers, const char* between) {
  return number_text(numbers[0]) + between + number_text(numbers[1]) + between + number_text(numbers[2]);
}

std::string line(const char* name, const std::string& value) {
  return std::string(name) + std::string(12 - std::string(name).size(), ' ') + value + "\n";
}

std::string lines(const char* name, const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += line(text.empty() ? name : "", value);
  return text;
}

// Columns as wide as their widest cell, two blanks between them; the first to the left, the others to the right.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    text += row[0] + std::string(widths[0] - row[0].size(), ' ');
    for (std::size_t i = 1; i < row.size(); ++i) text += std::string(widths[i] - row[i].size() + 2, ' ') + row[i];
    text += '\n';
  }
  return text;
}

std::string layer_table(const WeightsSummary& summary) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "shape", "type", "offset", "mean", "deviation", "min", "max"}};
  std::size_t others = 0;
  for (const WeightsLayer& layer : summary.layers) {
    if (layer.layer.empty()) {
      ++others;
      continue;
    }
    rows.push_back({layer.name, shape(layer.sizes, " x "), layer.type, std::to_string(layer.offset),
                    number_text(layer.mean, 3), number_text(layer.deviation, 3), number_text(layer.min, 3),
                    number_text(layer.max, 3)});
  }
  return table(rows) + (others == 0 ? "" : "and " + std::to_string(others) + " other arrays, which are not used\n");
}

std::string json_layer(const WeightsLayer& layer) {
  return "{\"name\": " + json_string(layer.name) + ", \"layer\": " + json_string(layer.layer) +
         ", \"shape\": " + json_list(layer.sizes, " ", [](std::int64_t size) { return std::to_string(size); }) +
         ", \"type\": " + json_string(layer.type) + ", \"offset\": " + std::to_string(layer.offset) +
         ", \"bytes\": " + std::to_string(layer.bytes) + ", \"mean\": " + number_text(layer.mean, kDigits) +
         ", \"deviation\": " + number_text(layer.deviation, kDigits) + ", \"min\": " + number_text(layer.min, kDigits) +
         ", \"max\": " + number_text(layer.max, kDigits) + "}";
}

}  // namespace

std::string input_text(const WeightsSummary& s) {
  if (s.source == WeightsSource::automatic) return "unknown";
  return s.channel_order + " 0.." + number_text(s.range) + " minus " + triple(s.mean, ",") + ", over " +
         triple(s.deviation, ",") + (s.folded ? " (preprocessing folded into conv1_1)" : "");
}

std::string weights_table(const WeightsSummary& s) {
  std::string text = line("file", s.file.string() + " (" + s.format + ", " + std::to_string(s.bytes) + " bytes)");
  text += line("network", s.network + ", " + std::to_string(s.convolutions) + " convolutions, " +
                              std::to_string(s.parameters) + " numbers in them");
  const bool known = s.source != WeightsSource::automatic;
  text += line("source", known ? to_string(s.source) + " (" + s.reason + ")" : "not certain");
  if (!s.names.empty()) text += line("names", "as of " + s.names + ", kernels as " + s.layout);
  if (known) {
    text += line("input", input_text(s));
    text += line("made for", s.pooling + " pooling, " + s.padding + " padding");
  }
  if (!s.sha256.empty()) text += line("SHA-256", s.sha256);
  for (const char* key : {"description", "licence", "attribution", "created_by", "made_from"}) {
    if (const auto found = s.metadata.find(key); found != s.metadata.end()) text += line(key, found->second);
  }
  text += "\n" + layer_table(s) + "\n" + lines("notes", s.notes);
  return text + (s.problems.empty() ? line("problems", "none") : lines("problems", s.problems));
}

std::string weights_json(const WeightsSummary& s) {
  JsonObject json;
  const auto number = [](double value) { return number_text(value, kDigits); };
  json.add("file", json_string(s.file.string()));
  json.add("format", json_string(s.format));
  json.add("bytes", std::to_string(s.bytes));
  json.add("sha256", json_string(s.sha256));
  json.add("network", json_string(s.network));
  json.add("convolutions", std::to_string(s.convolutions));
  json.add("parameters", std::to_string(s.parameters));
  json.add("source", json_string(to_string(s.source)));
  json.add("reason", json_string(s.reason));
  json.add("names", json_string(s.names));
  json.add("layout", json_string(s.layout));
  json.add("preprocessing", json_string(s.folded ? "folded" : "carried"));
  json.add("channel_order", json_string(s.channel_order));
  json.add("range", number(s.range));
  json.add("mean", json_list(s.mean, " ", number));
  json.add("std", json_list(s.deviation, " ", number));
  json.add("pooling", json_string(s.pooling));
  json.add("padding", json_string(s.padding));
  json.add("notes", json_list(s.notes, "\n    ", json_string));
  json.add("problems", json_list(s.problems, "\n    ", json_string));
  json.add("metadata", [&] {
    std::string members;
    for (const auto& [key, value] : s.metadata)
      members += (members.empty() ? "" : ", ") + json_string(key) + ": " + json_string(value);
    return "{" + members + "}";
  }());
  json.add("layers", json_list(s.layers, "\n    ", json_layer));
  return json.text();
}

}  // namespace impasto::cli
