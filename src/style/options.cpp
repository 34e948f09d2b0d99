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
#include "model/vgg19.h"

namespace impasto::inline v0_1 {
namespace {

constexpr int kMaxSide = 16384;
constexpr int kMaxSteps = 1'000'000;
constexpr double kSmallestStyle = 0.05;

void require_number(bool good, const char* what, double got, const char* wanted) {
  require(good, ErrorCode::usage, what, " is ", got, "; wanted ", wanted);
}

void validate_layers(const std::vector<LayerWeight>& layers, const char* what, const Weights& weights) {
  std::set<std::size_t> seen;
  for (const LayerWeight& layer : layers) {
    const std::size_t position = find_layer(layer.layer);
    require(seen.insert(position).second, ErrorCode::usage, what, " layer '", layer.layer,
            "' is named twice; name it once");
    require(std::isfinite(layer.weight) && layer.weight > 0, ErrorCode::usage, what, " layer '", layer.layer,
            "' has weight ", layer.weight, "; wanted a positive number");
    const auto is_conv = [](const Vgg19Layer& l) { return !l.is_pool; };
    const auto needed = std::count_if(vgg19_layers().begin(),
                                      vgg19_layers().begin() + static_cast<std::ptrdiff_t>(position) + 1, is_conv);
    require(static_cast<std::size_t>(needed) <= weights.layers().size(), ErrorCode::usage, what, " layer '",
            layer.layer, "' is not in the weights, which end at ", weights.layers().back(),
            "; use a shallower layer or other weights");
  }
}

void validate_sizes(const Options& o) {
  const auto side = [](const char* what, int value) {
    require(value >= 0 && value <= kMaxSide, ErrorCode::usage, what, " is ", value, "; wanted 1 to ", kMaxSide,
            " pixels");
  };
  side("size", o.size);
  side("width", o.width);
  side("height", o.height);
  side("style size", o.style_size);
  require((o.width == 0) == (o.height == 0), ErrorCode::usage, o.width == 0 ? "height" : "width", " is set without ",
          o.width == 0 ? "width" : "height", "; set both, or size alone to keep the aspect");
  require_number(o.style_scale >= kSmallestStyle && o.style_scale <= 1 / kSmallestStyle, "style scale", o.style_scale,
                 "0.05 to 20");
  require_number(o.scale_count >= 0 && o.scale_count <= kMaxScales, "number of scales", o.scale_count, "0 to 12");
  require_number(o.scale_sizes.size() <= kMaxScales, "number of scales", static_cast<double>(o.scale_sizes.size()),
                 "at most 12");
  for (std::size_t i = 0; i < o.scale_sizes.size(); ++i) {
    side("a scale", o.scale_sizes[i]);
    require(i == 0 || o.scale_sizes[i] > o.scale_sizes[i - 1], ErrorCode::usage, "scale ", o.scale_sizes[i],
            " follows ", i == 0 ? 0 : o.scale_sizes[i - 1], "; wanted ascending sizes");
  }
}

void validate_steps(const Options& o) {
  require(!o.iterations.empty() && o.iterations.size() <= kMaxScales, ErrorCode::usage, "iterations are given for ",
          o.iterations.size(), " scales; wanted 1 to ", kMaxScales);
  for (const int count : o.iterations) {
    require_number(count >= 1 && count <= kMaxSteps, "number of iterations", count, "1 to 1000000");
  }
  require_number(o.steps_per_epoch >= 1 && o.steps_per_epoch <= kMaxSteps, "number of steps per epoch",
                 o.steps_per_epoch, "1 to 1000000");
  require_number(std::isfinite(o.adam.learning_rate) && o.adam.learning_rate > 0, "learning rate", o.adam.learning_rate,
                 "a positive number");
  require_number(o.adam.decay > 0 && o.adam.decay <= 1, "learning rate decay", o.adam.decay, "above 0, to 1");
  require_number(o.adam.beta1 >= 0 && o.adam.beta1 < 1, "Adam's beta1", o.adam.beta1, "0 to below 1");
  require_number(o.adam.beta2 >= 0 && o.adam.beta2 < 1, "Adam's beta2", o.adam.beta2, "0 to below 1");
  require_number(std::isfinite(o.adam.epsilon) && o.adam.epsilon > 0, "Adam's epsilon", o.adam.epsilon,
                 "a positive number");
  require_number(o.lbfgs.history >= 1 && o.lbfgs.history <= 100, "L-BFGS's history", o.lbfgs.history, "1 to 100");
  require_number(o.lbfgs.max_evaluations >= 2 && o.lbfgs.max_evaluations <= 100, "evaluations of a line search",
                 o.lbfgs.max_evaluations, "2 to 100");
  require_number(o.lbfgs.first_decrease >= 0 && o.lbfgs.first_decrease <= 1, "L-BFGS's first decrease",
                 o.lbfgs.first_decrease, "0 to 1");
  require_number(o.average >= 0 && o.average < 1, "the average's factor", o.average, "0 to below 1");
  require_number(o.stop_when_flat >= 0 && o.stop_when_flat < 1, "the gain to stop at", o.stop_when_flat,
                 "0 to below 1");
}

}  // namespace

void validate(const Options& o, const Weights& weights) {
  validate_sizes(o);
  validate_layers(o.content_layers, "content", weights);
  validate_layers(o.style_layers, "style", weights);
  const auto not_negative = [](const char* what, double value) {
    require_number(std::isfinite(value) && value >= 0, what, value, "a number of 0 or more");
  };
  not_negative("content weight", o.content_weight);
  not_negative("style weight", o.style_weight);
  not_negative("total variation weight", o.tv_weight);
  not_negative("noise amplitude", o.noise_amplitude);
  const bool has_content = !o.content_layers.empty() && o.content_weight > 0;
  const bool has_style = !o.style_layers.empty() && o.style_weight > 0;
  require(has_content || has_style, ErrorCode::usage,
          "nothing to minimise: name content or style layers and give one of them a weight above 0");
  require_number(o.colour_amount >= 0 && o.colour_amount <= 1, "amount of colour", o.colour_amount, "0 to 1");
  validate_steps(o);
  require(
      o.preprocess != Preprocess::literal || !weights.is_folded(), ErrorCode::usage,
      "preprocessing is literal, which feeds normalised RGB to a network made for other input, but the preprocessing "
      "of these weights is folded into their first convolution (",
      weights.description(), "); use preprocessing auto, or import the weights again without folding");
  require_number(o.encode.webp_quality >= 0 && o.encode.webp_quality <= 100, "WebP quality", o.encode.webp_quality,
                 "0 to 100");
  require_number(o.encode.jpeg_quality >= 1 && o.encode.jpeg_quality <= 100, "JPEG quality", o.encode.jpeg_quality,
                 "1 to 100");
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

}  // namespace impasto::inline v0_1
