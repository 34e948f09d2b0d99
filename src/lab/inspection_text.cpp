// An inspection as tables, JSON and a graph.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "impasto/inspect.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Json = nlohmann::ordered_json;

std::string format(const char* pattern, auto... values) {
  char buffer[240];
  std::snprintf(buffer, sizeof buffer, pattern, values...);
  return buffer;
}

std::string joined(const auto& numbers, const char* between) {
  std::string text;
  for (const auto& number : numbers) text += (text.empty() ? "" : between) + std::to_string(number);
  return text;
}

std::string shape_text(const InspectedNode& node) { return node.shape.empty() ? "scalar" : joined(node.shape, " x "); }

double kibibytes(const std::optional<BufferPlace>& place) {
  return place ? static_cast<double>(place->bytes) / 1024 : 0;
}

std::string life(const std::optional<BufferPlace>& place) {
  return place ? std::to_string(place->begin) + "-" + std::to_string(place->end) : "";
}

std::string node_row(const InspectedNode& n) {
  std::string row = format("%4d %-33.33s %-12.12s %-16s %8.0f %-8s %8.2f %8.2f %9.3g %9.3g %4.0f%%", n.index,
                           n.name.c_str(), joined(n.inputs, " ").c_str(), shape_text(n).c_str(),
                           kibibytes(n.value_place), life(n.value_place).c_str(), 1e3 * n.forward_seconds,
                           1e3 * n.backward_seconds, n.value.mean, n.value.deviation, 100 * n.value.zeros);
  row += n.gradient ? format(" %9.3g %4.0f%%", n.gradient->deviation, 100 * n.gradient->zeros) : "";
  const std::size_t bad = n.value.not_finite + (n.gradient ? n.gradient->not_finite : 0);
  return row + (bad > 0 ? "  NOT FINITE: " + std::to_string(bad) : "") + "\n";
}

// "conv2d_relu block3_conv1, block3_conv2: 3 x 3 weights ..."
std::string reasons(const Inspection& inspection) {
  std::vector<std::pair<std::string, std::string>> found;  // op and reason, layers
  for (const InspectedNode& n : inspection.nodes) {
    if (n.reason.empty()) continue;
    const std::size_t space = n.name.find(' ');  // "what layer"
    const std::string key = n.name.substr(0, space) + ": " + n.reason;
    const std::string layer = space == std::string::npos ? "" : n.name.substr(space + 1);
    const auto same = [&](const auto& one) { return one.first == key; };
    const auto known = std::find_if(found.begin(), found.end(), same);
    if (known == found.end()) {
      found.emplace_back(key, layer);
    } else {
      known->second += ", " + layer;
    }
  }
  std::string text;
  for (const auto& [key, layers] : found) {
    text += key;
    if (!layers.empty()) text.append(" (").append(layers).append(")");
    text += "\n";
  }
  return text;
}

Json json_summary(const NumberSummary& s) {
  return {{"min", s.minimum},         {"mean", s.mean},   {"max", s.maximum},
          {"deviation", s.deviation}, {"zeros", s.zeros}, {"not_finite", s.not_finite}};
}

Json json_place(const std::optional<BufferPlace>& place) {
  if (!place) return nullptr;
  return {{"bytes", place->bytes}, {"offset", place->offset}, {"begin", place->begin}, {"end", place->end}};
}

Json json_node(const InspectedNode& n) {
  return {{"index", n.index},
          {"kind", n.kind},
          {"name", n.name},
          {"reason", n.reason},
          {"inputs", n.inputs},
          {"shape", n.shape},
          {"value_place", json_place(n.value_place)},
          {"gradient_place", json_place(n.gradient_place)},
          {"forward_ms", 1e3 * n.forward_seconds},
          {"backward_ms", 1e3 * n.backward_seconds},
          {"forward_flops", n.forward_flops},
          {"backward_flops", n.backward_flops},
          {"value", json_summary(n.value)},
          {"gradient", n.gradient ? json_summary(*n.gradient) : Json(nullptr)}};
}

std::string csv_summary(const NumberSummary& s) {
  return format(",%.9g,%.9g,%.9g,%.9g,%.9g,%zu", s.minimum, s.mean, s.maximum, s.deviation, s.zeros, s.not_finite);
}

std::string csv_place(const std::optional<BufferPlace>& place) {
  if (!place) return ",,,,";
  return format(",%zu,%zu,%d,%d", place->bytes, place->offset, place->begin, place->end);
}

std::string escaped(const std::string& name) {
  std::string text;
  for (const char c : name) text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return text;
}

}  // namespace

std::string inspection_text(const Inspection& inspection) {
  std::string text =
      format("%4s %-33s %-12s %-16s %8s %-8s %8s %8s %9s %9s %5s %9s %5s\n", "node", "op", "inputs", "shape", "KiB",
             "life", "forw. ms", "back. ms", "mean", "deviation", "zeros", "gradient", "zeros");
  for (const InspectedNode& node : inspection.nodes) text += node_row(node);
  text += reasons(inspection);
  text += format("arena %.1f MiB, %.1f MiB if every buffer stood alone\n",
                 static_cast<double>(inspection.arena_bytes) / (1 << 20),
                 static_cast<double>(inspection.unshared_bytes) / (1 << 20));
  if (!inspection.layers.empty())
    text += format("\n%-14s %-16s %15s %7s %9s %9s %6s\n", "layer", "shape", "receptive field", "stride", "mean",
                   "deviation", "zeros");
  for (const InspectedLayer& layer : inspection.layers) {
    const NumberSummary s = summarise(layer.features);
    text += format("%-14s %-16s %15d %7d %9.3g %9.3g %5.0f%%\n", layer.layer.c_str(),
                   joined(std::vector<int>{layer.height, layer.width, layer.channels}, " x ").c_str(),
                   layer.receptive_field, layer.stride, s.mean, s.deviation, 100 * s.zeros);
  }
  const Losses& l = inspection.losses;
  text += format("\nloss %.9g, content %.9g, style %.9g, tv %.9g at %d x %d\n", l.total, l.content, l.style, l.tv,
                 inspection.width, inspection.height);
  for (const LayerLoss& one : inspection.layer_losses)
    text += format("  %-7s %-14s %.9g\n", one.is_style ? "style" : "content", one.layer.c_str(), one.loss);
  return text;
}

std::string nodes_csv(const Inspection& inspection) {
  std::string text = "index,kind,name,inputs,shape";
  for (const char* what : {"value", "gradient"})
    for (const char* part : {"bytes", "offset", "begin", "end"}) text += format(",%s_%s", what, part);
  text += ",forward_ms,backward_ms,forward_flops,backward_flops";
  for (const char* what : {"value", "gradient"})
    for (const char* part : {"min", "mean", "max", "deviation", "zeros", "not_finite"})
      text += format(",%s_%s", what, part);
  text += "\n";
  for (const InspectedNode& n : inspection.nodes) {
    text += std::to_string(n.index) + "," + n.kind + "," + n.name + "," + joined(n.inputs, " ") + "," + shape_text(n) +
            csv_place(n.value_place) + csv_place(n.gradient_place) +
            format(",%.6g,%.6g,%.9g,%.9g", 1e3 * n.forward_seconds, 1e3 * n.backward_seconds, n.forward_flops,
                   n.backward_flops) +
            csv_summary(n.value) + (n.gradient ? csv_summary(*n.gradient) : ",,,,,,") + "\n";
  }
  return text;
}

std::string inspection_json(const Inspection& inspection) {
  const Losses& l = inspection.losses;
  Json json = {{"width", inspection.width},
               {"height", inspection.height},
               {"losses", {{"total", l.total}, {"content", l.content}, {"style", l.style}, {"tv", l.tv}}},
               {"layer_losses", Json::array()},
               {"arena_bytes", inspection.arena_bytes},
               {"unshared_bytes", inspection.unshared_bytes},
               {"nodes", Json::array()},
               {"layers", Json::array()}};
  for (const LayerLoss& one : inspection.layer_losses)
    json["layer_losses"].push_back(
        {{"layer", one.layer}, {"kind", one.is_style ? "style" : "content"}, {"loss", one.loss}});
  for (const InspectedNode& node : inspection.nodes) json["nodes"].push_back(json_node(node));
  for (const InspectedLayer& layer : inspection.layers)
    json["layers"].push_back({{"layer", layer.layer},
                              {"receptive_field", layer.receptive_field},
                              {"stride", layer.stride},
                              {"shape", {layer.height, layer.width, layer.channels}},
                              {"features", json_summary(summarise(layer.features))}});
  return json.dump(1) + "\n";
}

std::string graph_dot(const Inspection& inspection) {
  std::string text = "digraph step {\n  rankdir=TB;\n  node [fontname=\"sans-serif\", fontsize=10];\n";
  for (const InspectedNode& n : inspection.nodes) {
    const char* style = n.kind == "op" || n.kind == "output" ? "shape=box"
                        : n.kind == "variable"               ? "shape=ellipse, style=bold"
                                                             : "shape=ellipse, color=grey50, fontcolor=grey50";
    text += format("  n%d [%s, label=\"", n.index, style) + escaped(n.name) + "\\n" + shape_text(n) + "\"];\n";
    for (const int input : n.inputs) {
      const bool carries = inspection.nodes[static_cast<std::size_t>(input)].gradient && n.gradient;
      text += format("  n%d -> n%d%s;\n", input, n.index, carries ? " [penwidth=2]" : " [color=grey50]");
    }
  }
  return text + "}\n";
}

std::string graph_json(const Inspection& inspection) {
  Json json = {{"nodes", Json::array()}, {"arg_nodes", Json::array()}, {"heads", Json::array()}};
  std::vector<bool> is_read(inspection.nodes.size(), false);
  for (const InspectedNode& n : inspection.nodes) {
    const std::size_t space = n.name.find(' ');  // "what layer"
    const std::string layer = space == std::string::npos ? "" : n.name.substr(space + 1);
    Json node = {{"op", n.inputs.empty()     ? "null"
                        : n.kind == "output" ? "output"
                                             : n.name.substr(0, space)},
                 {"name", n.inputs.empty() ? format("%s %d", n.name.c_str(), n.index) : layer},
                 {"inputs", Json::array()},
                 {"attrs",
                  {{"node", std::to_string(n.index)},
                   {"shape", shape_text(n)},
                   {"forward_ms", format("%.4g", 1e3 * n.forward_seconds)},
                   {"backward_ms", format("%.4g", 1e3 * n.backward_seconds)},
                   {"value_mean", format("%.4g", n.value.mean)},
                   {"value_deviation", format("%.4g", n.value.deviation)}}}};
    for (const int input : n.inputs) {
      node["inputs"].push_back({input, 0, 0});
      is_read[static_cast<std::size_t>(input)] = true;
    }
    if (n.inputs.empty()) json["arg_nodes"].push_back(n.index);
    json["nodes"].push_back(std::move(node));
  }
  for (const InspectedNode& n : inspection.nodes) {
    if (!is_read[static_cast<std::size_t>(n.index)]) json["heads"].push_back({n.index, 0, 0});
  }
  return json.dump(1) + "\n";
}

}  // namespace impasto::IMPASTO_ABI
