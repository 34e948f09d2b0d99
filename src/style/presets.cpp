// Presets as data. Each row changes only what sets it apart.
#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "impasto/options.h"

namespace impasto::IMPASTO_ABI {
namespace {

std::vector<LayerWeight> equally(std::initializer_list<const char*> layers) {
  std::vector<LayerWeight> list;
  for (const char* layer : layers) list.push_back({layer, 1});
  return list;
}

// relu1_1, relu2_1, ... relu5_1: the style layers of Gatys et al. (CVPR 2016) and most that followed.
std::vector<LayerWeight> first_of_blocks(double weight) {
  std::vector<LayerWeight> list;
  for (const char* layer : {"block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1"}) {
    list.push_back({layer, weight});
  }
  return list;
}

// The recipe that docs/MATH.md derives under "The default painting".
Options default_formula() {
  Options o;
  o.content_layers = {{"block2_conv1", 0.5}, {"block3_conv1", 1}};
  o.colour = ColourMode::histogram;
  o.style_layers = equally(
      {"block1_conv1", "block1_conv2", "block2_conv1", "block2_conv2", "block3_conv1", "block3_conv3", "block4_conv1"});
  o.style_weight = 20;
  o.statistic = StyleStatistic::mean_covariance;
  o.scale_count = 0;
  o.optimiser = OptimiserKind::lbfgs;
  o.lbfgs.variables = LbfgsVariables::luminance_pyramid;
  o.lbfgs.history = 10;
  o.iterations = {50, 28};
  o.steps_per_epoch = 16;
  return o;
}

// What the default paintings of all trained networks have in common.
Options default_trained() {
  Options o = default_formula();
  o.content_layers = equally({"block4_conv2"});
  o.lbfgs.variables = LbfgsVariables::colour_pyramid;
  return o;
}

// VGG in its full width sees more with fewer layers than the formula network, and takes longer to satisfy.
Options default_vgg19() {
  Options o = default_trained();
  o.style_layers = first_of_blocks(1);
  o.lbfgs.history = 20;
  o.padding = Padding::reflect;  // zeros show a network where edges are, and it puts a scan's frame there
  o.iterations = {200, 100};
  o.steps_per_epoch = 25;
  return o;
}

// The built-in network is so narrow that two layers of a block cost little; not a block's last, whose map need then
// never be whole in memory: its pooling is part of the convolution.
Options default_builtin() {
  Options o = default_trained();
  o.style_layers = equally(
      {"block1_conv1", "block2_conv1", "block3_conv1", "block3_conv2", "block4_conv1", "block4_conv2", "block5_conv1"});
  o.style_weight = 13;  // shapes kept as VGG16's default keeps them
  o.iterations = {60, 36};
  return o;
}

Options default_preset(const Weights& weights) {
  return weights.is_builtin() ? default_builtin() : weights.is_formula() ? default_formula() : default_vgg19();
}

Options bold(const Weights& weights) {
  Options o = default_preset(weights);
  o.style_weight *= 2;
  if (weights.is_formula()) {
    o.content_layers = equally({"block4_conv2"});
  } else {
    o.style_weight *= 2;
  }
  return o;
}

Options fine(const Weights& weights) {
  Options o = default_preset(weights);
  o.style_weight *= 0.4;
  return o;
}

Options draft(const Weights& weights) {
  Options o = default_preset(weights);
  o.size = 256;
  const bool is_own = weights.is_builtin() || weights.is_formula();
  o.iterations = is_own ? std::vector{12, 8} : std::vector{60, 20};
  o.steps_per_epoch = is_own ? 4 : 20;
  return o;
}

// leongatys/PytorchNeuralStyleTransfer, the authors' own code: mean squared errors, each layer's by 1000 / channels^2.
Options gatys() {
  Options o;
  o.content_layers = equally({"block4_conv2"});
  o.style_layers = first_of_blocks(1);
  constexpr double kChannels[] = {64, 128, 256, 512, 512};
  for (std::size_t i = 0; i < o.style_layers.size(); ++i)
    o.style_layers[i].weight = 1000 / (kChannels[i] * kChannels[i]);
  o.loss_scale = LossScale::mean;
  o.colour = ColourMode::style;
  o.optimiser = OptimiserKind::lbfgs;
  o.lbfgs.history = 100;
  o.iterations = {500};
  o.steps_per_epoch = 50;
  o.noise_amplitude = 0;
  o.pooling = Pooling::max;
  return o;
}

// jcjohnson/neural-style's defaults. Its Gram matrices are divided by the channels too, its smoothness weight 1e-3 is
// of half the sum of squares of values 0..255: 0.5e-3 (255 x 0.226)^2 times 3 x 512 x 384 values in our units.
Options neural_style() {
  Options o = gatys();
  constexpr double kChannels[] = {64, 128, 256, 512, 512};
  for (std::size_t i = 0; i < o.style_layers.size(); ++i) o.style_layers[i].weight = 1 / (kChannels[i] * kChannels[i]);
  o.content_weight = 5;
  o.style_weight = 100;
  o.tv_weight = 1e6;
  o.iterations = {1000};
  o.steps_per_epoch = 100;
  o.start = Start::noise;
  o.noise = NoiseKind::white;
  o.noise_amplitude = 2e-5;  // 0.001 of 0..255
  return o;
}

// The tutorial this project started from, literally; docs/MATH.md lists its constants.
Options tutorial() {
  Options o;
  o.width = 450;
  o.height = 300;
  o.style_exact = true;
  o.resize.filter = Filter::bilinear;
  o.colour = ColourMode::style;
  o.content_layers = {{"block4_conv2", 0.5}, {"block5_conv2", 0.5}};
  o.style_layers = first_of_blocks(0.2);
  o.style_weight = 100;
  o.loss_scale = LossScale::tutorial;
  o.iterations = {2000};
  o.steps_per_epoch = 100;
  o.adam = {0.03, 0.9, 0.999, 1e-7, AdamEpsilon::keras};
  o.start = Start::blend;
  o.noise = NoiseKind::uniform;
  o.noise_amplitude = 0.2;
  o.pooling = Pooling::max;
  o.preprocess = Preprocess::literal;
  o.decode.apply_profile = false;  // nor does TensorFlow
  o.decode.fast_dct = true;        // its pictures came from TensorFlow's decoder
  o.encode.rounding = Rounding::truncate;
  return o;
}

// The same objective, reached by L-BFGS from coarse to fine: as low as the tutorial's lowest after a twentieth of its
// evaluations (docs/PERFORMANCE.md, "The tutorial in a minute").
Options tutorial_fast() {
  Options o = tutorial();
  o.optimiser = OptimiserKind::lbfgs;
  o.lbfgs.history = 100;
  o.lbfgs.variables = LbfgsVariables::colour_pyramid;
  o.scale_count = 3;
  o.iterations = {50, 30, 110};
  o.steps_per_epoch = 10;
  o.start = Start::content;
  o.noise_amplitude = 0;
  return o;
}

struct PresetRow {
  const char* name;
  const char* summary;
  Options (*make)(const Weights&);
};

const PresetRow kPresets[] = {
    {"default", "colours matched first, coarse to fine, readable shapes; looks best", default_preset},
    {"bold", "broader paint, looser shapes", bold},
    {"fine", "thin structures kept", fine},
    {"draft", "a rough look: 256 pixels in a second, any size in a third of default's time", draft},
    {"gatys", "the authors' code: real VGG19, 512 pixels, 500 steps of L-BFGS", [](const Weights&) { return gatys(); }},
    {"neural-style", "jcjohnson's defaults: real VGG19, from noise, 1,000 steps of L-BFGS",
     [](const Weights&) { return neural_style(); }},
    {"tutorial", "the classic Keras tutorial, literally: real VGG19 or --weights formula, 450 x 300, 2,000 steps",
     [](const Weights&) { return tutorial(); }},
    {"tutorial-fast", "the tutorial's picture and lowest loss, by L-BFGS coarse to fine, in a minute",
     [](const Weights&) { return tutorial_fast(); }}};

}  // namespace

std::vector<PresetInfo> presets() {
  std::vector<PresetInfo> list;
  for (const PresetRow& row : kPresets) list.push_back({row.name, row.summary});
  return list;
}

Options preset(const std::string& name, const Weights& weights) {
  std::string known;
  for (const PresetRow& row : kPresets) {
    if (row.name == name) {
      Options options = row.make(weights);
      options.preset = row.name;
      return options;
    }
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  fail(ErrorCode::usage, "there is no preset '", name, "'; the presets are: ", known);
}

}  // namespace impasto::IMPASTO_ABI
