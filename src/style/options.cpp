// The checks on options, and lists of layers as text.
#include "impasto/options.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ios>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/numbers.h"
#include "base/words.h"
#include "impasto/option_fields.h"
#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {
namespace {

void validate_layers(const std::vector<LayerWeight>& layers, const char* what, const Weights& weights) {
  const Architecture& of = weights.network()->architecture;
  const std::vector<std::size_t> there = of.layers();
  const std::size_t last = there[weights.network()->depth() - 1];
  std::set<std::size_t> seen;
  for (const LayerWeight& layer : layers) {
    const std::size_t position = find_layer(layer.layer, of);
    require(seen.insert(position).second, ErrorCode::usage, what, " layer '", layer.layer,
            "' is named twice; name it once");
    require(std::isfinite(layer.weight) && layer.weight > 0, ErrorCode::usage, what, " layer '", layer.layer,
            "' has weight ", layer.weight, "; wanted a positive number");
    const bool is_there =
        std::none_of(there.begin(), there.end(), [&](std::size_t l) { return l > last && l <= position; });
    require(
        is_there, ErrorCode::usage, what, " layer '", layer.layer, "' is not in the weights, which end at ",
        vgg_layers()[last].keras_name(),
        "; use a shallower layer, or weights that go deeper: --weights formula, or a file of all of VGG19 or VGG16");
  }
}

// What one number can be: option_fields() says it.
void validate_numbers(const Options& o) {
  for (const OptionField& field : option_fields()) {
    for (const double value : field.numbers(o)) {
      require(field.range.holds(value), ErrorCode::usage, field.title, " is ", value, "; wanted ", field.range.text(),
              field.unit.empty() ? "" : " ", field.unit);
    }
  }
}

// What one of several things can be: one that has a word. Start::values has none, for no text can give the values.
void validate_choices(const Options& o) {
  for (const OptionField& field : option_fields()) {
    if (field.name == "init" && o.start == Start::values) continue;
    require(field.kind != FieldKind::choice || !field.get(o).empty(), ErrorCode::usage, field.title,
            " is none of the choices; wanted ", joined(field.choices, ", ", " or "));
  }
}

// What numbers must be together.
void validate_lists(const Options& o) {
  require((o.width == 0) == (o.height == 0), ErrorCode::usage, o.width == 0 ? "height" : "width", " is set without ",
          o.width == 0 ? "width" : "height", "; set both, or size alone to keep the aspect");
  require(o.scale_count >= 0 && o.scale_count <= kMaxScales, ErrorCode::usage, "number of scales is ", o.scale_count,
          "; wanted 0 to ", kMaxScales);
  require(o.scale_sizes.size() <= kMaxScales, ErrorCode::usage, "number of scales is ", o.scale_sizes.size(),
          "; wanted at most ", kMaxScales);
  for (std::size_t i = 1; i < o.scale_sizes.size(); ++i) {
    require(o.scale_sizes[i] > o.scale_sizes[i - 1], ErrorCode::usage, "scale ", o.scale_sizes[i], " follows ",
            o.scale_sizes[i - 1], "; wanted ascending sizes");
  }
  require(!o.iterations.empty() && o.iterations.size() <= kMaxScales, ErrorCode::usage, "iterations are given for ",
          o.iterations.size(), " scales; wanted 1 to ", kMaxScales);
}

}  // namespace

void validate(const Options& o, const Weights& weights) {
  validate_numbers(o);
  validate_choices(o);
  validate_lists(o);
  validate_layers(o.content_layers, "content", weights);
  validate_layers(o.style_layers, "style", weights);
  const std::string& unknown = weights.network()->unknown_input;
  require(o.preprocess == Preprocess::literal || unknown.empty(), ErrorCode::input, unknown,
          ", or paint with preprocessing literal, which is the same for all");
  const bool has_content = !o.content_layers.empty() && o.content_weight > 0;
  const bool has_style = !o.style_layers.empty() && o.style_weight > 0;
  require(has_content || has_style, ErrorCode::usage,
          "nothing to minimise: name content or style layers and give one of them a weight above 0");
  require(
      o.preprocess != Preprocess::literal || !weights.is_folded(), ErrorCode::usage,
      "preprocessing is literal, which feeds normalised RGB to a network made for other input, but the preprocessing "
      "of these weights is folded into their first convolution (",
      weights.description(), "); use preprocessing auto, or import the weights again without folding");
}

int iterations_at(const Options& options, int scale) {
  return options.iterations[std::min(static_cast<std::size_t>(scale), options.iterations.size() - 1)];
}

int total_iterations(const Options& options, int scales) {
  int sum = 0;
  for (int scale = 0; scale < scales; ++scale) sum += iterations_at(options, scale);
  return sum;
}

std::vector<LayerWeight> parse_layers(const std::string& list) {
  std::vector<LayerWeight> layers;
  std::istringstream items(list);
  items.exceptions(std::ios::badbit);
  for (std::string item; std::getline(items, item, ',');) {
    const std::size_t equals = item.find('=');
    LayerWeight layer{item.substr(0, equals), 1};
    if (equals != std::string::npos) {
      layer.weight = parse_real("the weight of '" + layer.layer + "'", item.substr(equals + 1));
    }
    find_layer(layer.layer);  // throws for an unknown name
    layers.push_back(std::move(layer));
  }
  require(!layers.empty(), ErrorCode::usage,
          "the list of layers is empty; wanted for example block4_conv2=0.5,block5_conv2=0.5");
  return layers;
}

std::string format_layers(const std::vector<LayerWeight>& layers) {
  std::string list;
  for (const LayerWeight& layer : layers)
    list += (list.empty() ? "" : ",") + layer.layer + "=" + shortest(layer.weight);
  return list;
}

std::vector<std::string> stand_ins(const Options& options, const Weights& weights) {
  const Architecture& of = weights.network()->architecture;
  std::vector<std::string> sentences;
  for (const std::vector<LayerWeight>* layers : {&options.content_layers, &options.style_layers}) {
    for (const LayerWeight& layer : *layers) {
      const std::size_t wanted = find_layer(layer.layer, of), taken = of.stand_in(wanted);
      if (taken == wanted) continue;
      sentences.push_back(
          text(of.name, " has no layer ", layer.layer, "; ", vgg_layers()[taken].keras_name(), " stands in for it"));
    }
  }
  return sentences;
}

}  // namespace impasto::IMPASTO_ABI
