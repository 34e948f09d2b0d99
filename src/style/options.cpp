// Presets as data, and the checks on options.
#include "impasto/options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <locale>
#include <set>
#include <sstream>

#include "base/check.h"
#include "model/vgg19.h"

namespace impasto {
namespace {

constexpr int kMaxSide = 16384;
constexpr int kMaxSteps = 1'000'000;

// Built-in network: the layers and the balance of its recipe, for plain Gram matrices (docs/MATH.md, "Built-in
// weights").
Options default_builtin() {
  Options o;
  o.content_layers = {{"block3_conv1", 1}};
  o.style_layers = {{"block1_conv1", 1}, {"block1_conv2", 1}, {"block2_conv1", 1}, {"block2_conv2", 1},
                    {"block3_conv1", 1}, {"block3_conv3", 1}, {"block4_conv1", 1}};
  o.style_weight = 60;
  return o;
}

// A trained VGG19: the layers of Gatys et al. (CVPR 2016).
Options default_vgg19() {
  Options o;
  o.content_layers = {{"block4_conv2", 1}};
  o.style_layers = {
      {"block1_conv1", 1}, {"block2_conv1", 1}, {"block3_conv1", 1}, {"block4_conv1", 1}, {"block5_conv1", 1}};
  o.style_weight = 60;
  return o;
}

// The tutorial this project started from, literally; docs/MATH.md lists its constants.
Options tutorial() {
  Options o;
  o.preset = "tutorial";
  o.width = 450;
  o.height = 300;
  o.style_exact = true;
  o.antialias = false;
  o.colour = ColourMode::style;
  o.content_layers = {{"block4_conv2", 0.5}, {"block5_conv2", 0.5}};
  o.style_layers = {{"block1_conv1", 0.2},
                    {"block2_conv1", 0.2},
                    {"block3_conv1", 0.2},
                    {"block4_conv1", 0.2},
                    {"block5_conv1", 0.2}};
  o.content_weight = 1;
  o.style_weight = 100;
  o.loss_scale = LossScale::tutorial;
  o.epochs = 20;
  o.steps_per_epoch = 100;
  o.adam = {0.03, 0.9, 0.999, 1e-7, AdamEpsilon::keras};
  o.start = Start::blend;
  o.noise = NoiseKind::uniform;
  o.noise_amplitude = 0.2;
  o.pooling = Pooling::max;
  o.preprocess = Preprocess::literal;
  o.decode.fast_dct = true;  // its pictures came from TensorFlow's decoder
  o.encode.rounding = Rounding::truncate;
  return o;
}

struct PresetRow {
  const char* name;
  const char* summary;
  Options (*make)(const Weights&);
};

const PresetRow kPresets[] = {{"default", "colours matched first, losses that mean the same at any size; looks best",
                               [](const Weights& w) { return w.is_builtin() ? default_builtin() : default_vgg19(); }},
                              {"tutorial", "the classic Keras tutorial, literally: 450 x 300, 20 epochs of 100 steps",
                               [](const Weights&) { return tutorial(); }}};

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
}

}  // namespace

std::vector<PresetInfo> presets() {
  std::vector<PresetInfo> list;
  for (const PresetRow& row : kPresets) list.push_back({row.name, row.summary});
  return list;
}

Options preset(const std::string& name, const Weights& weights) {
  std::string known;
  for (const PresetRow& row : kPresets) {
    if (row.name == name) return row.make(weights);
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  fail(ErrorCode::usage, "there is no preset '", name, "'; the presets are: ", known);
}

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
  require_number(o.epochs >= 1 && o.epochs <= kMaxSteps, "number of epochs", o.epochs, "1 to 1000000");
  require_number(o.steps_per_epoch >= 1 && o.steps_per_epoch <= kMaxSteps / o.epochs, "number of steps per epoch",
                 o.steps_per_epoch, "at least 1, and at most 1000000 steps in all");
  require_number(std::isfinite(o.adam.learning_rate) && o.adam.learning_rate > 0, "learning rate", o.adam.learning_rate,
                 "a positive number");
  require_number(o.adam.beta1 >= 0 && o.adam.beta1 < 1, "Adam's beta1", o.adam.beta1, "0 to below 1");
  require_number(o.adam.beta2 >= 0 && o.adam.beta2 < 1, "Adam's beta2", o.adam.beta2, "0 to below 1");
  require_number(std::isfinite(o.adam.epsilon) && o.adam.epsilon > 0, "Adam's epsilon", o.adam.epsilon,
                 "a positive number");
  require_number(o.encode.jpeg_quality >= 1 && o.encode.jpeg_quality <= 100, "JPEG quality", o.encode.jpeg_quality,
                 "1 to 100");
}

std::vector<LayerWeight> parse_layers(const std::string& list) {
  std::vector<LayerWeight> layers;
  std::istringstream items(list);
  for (std::string item; std::getline(items, item, ',');) {
    const std::size_t equals = item.find('=');
    LayerWeight layer{item.substr(0, equals), 1};
    if (equals != std::string::npos) {
      std::istringstream number(item.substr(equals + 1));
      number.imbue(std::locale::classic());
      number >> layer.weight;
      require(!number.fail() && number.peek() == std::istringstream::traits_type::eof(), ErrorCode::usage, "'", item,
              "' in the list of layers is not name=weight; wanted for example block4_conv2=0.5");
    }
    find_layer(layer.layer);  // throws for an unknown name
    layers.push_back(std::move(layer));
  }
  require(!layers.empty(), ErrorCode::usage,
          "the list of layers is empty; wanted for example block4_conv2=0.5,block5_conv2=0.5");
  return layers;
}

namespace {

// The fewest digits that read back as the same number.
std::string shortest(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

}  // namespace

std::string format_layers(const std::vector<LayerWeight>& layers) {
  std::string list;
  for (const LayerWeight& layer : layers)
    list += (list.empty() ? "" : ",") + layer.layer + "=" + shortest(layer.weight);
  return list;
}

}  // namespace impasto
