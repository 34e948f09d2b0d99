// Everything a painting is made with, as plain data, and the presets that fill it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "impasto/image.h"
#include "impasto/weights.h"

namespace impasto {

/// A layer by any of its names (block4_conv2, conv4_2, relu4_2, torchvision's index 21 or 22) and its share of the
/// loss. Layers are read after their ReLU.
struct LayerWeight {
  std::string layer;
  double weight = 1;
};

/// How losses are scaled (docs/MATH.md has the formulas).
/// `tutorial`: fixed constants M = W * H, N = 3, raw Gram matrices; values grow with picture and layer.
/// `normalised`: each term relative to its target's own energy, so weights mean the same at any size and layer.
enum class LossScale { tutorial, normalised };

/// What the optimisation starts from, before noise is added.
enum class Start {
  content,  ///< the content picture, plus noise
  blend,    ///< (content + noise) / 2, the tutorial's start
  noise,    ///< noise alone
  values,   ///< Options::start_values, plus noise
};

enum class NoiseKind {
  uniform,  ///< uniform(-amplitude, amplitude) per value
  octaves,  ///< sum of 4 octaves of normal noise, standard deviation `amplitude` each: coarse and fine grain together
};

/// `automatic`: the picture is converted to what the weights expect. `literal`: the normalised RGB values are fed as
/// they are, whatever the weights expect (the tutorial does this to Keras' weights).
enum class Preprocess { automatic, literal };

/// Where epsilon stands in Adam. `pytorch`: sqrt(v / (1 - beta2^t)) + epsilon (Kingma & Ba 2015, algorithm 1).
/// `keras`: sqrt(v) + epsilon with the corrections folded into the rate (ibid., end of section 2).
enum class AdamEpsilon { pytorch, keras };

struct AdamOptions {
  double learning_rate = 0.05;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  AdamEpsilon convention = AdamEpsilon::pytorch;
};

/// All settings of one painting. Sizes in pixels; 0 means "not set".
/// Thread safety: a plain value.
struct Options {
  std::string preset = "default";

  int size = 512;            ///< long side of the painting, aspect kept; unused when width and height are set
  int width = 0;             ///< exact size, both or neither
  int height = 0;            ///<
  int style_size = 0;        ///< long side of the style picture, aspect kept; 0: as long as the painting's long side
  bool style_exact = false;  ///< resize the style to exactly the painting's size, aspect lost (tutorial)
  bool antialias = true;     ///< filter when shrinking; false: plain bilinear (tutorial)
  bool colour_match = true;  ///< first give the content the style's colour mean and covariance

  std::vector<LayerWeight> content_layers;
  std::vector<LayerWeight> style_layers;
  double content_weight = 1;
  double style_weight = 1;
  double tv_weight = 0;
  LossScale loss_scale = LossScale::normalised;

  int epochs = 10;
  int steps_per_epoch = 15;
  AdamOptions adam;

  Start start = Start::content;
  std::vector<float> start_values;  ///< H x W x 3, normalised units (`normalise`), for Start::values
  NoiseKind noise = NoiseKind::octaves;
  double noise_amplitude = 0.15;  ///< normalised units; 0: no noise, whatever the kind
  std::uint64_t seed = 0;

  std::optional<Pooling> pooling;  ///< unset: what the weights were made for
  Preprocess preprocess = Preprocess::automatic;
  DecodeOptions decode;  ///< how the content and style files are meant to be read
  EncodeOptions encode;  ///< how pictures of this run are meant to be written
};

struct PresetInfo {
  std::string name;
  std::string summary;  ///< one line
};

/// All presets, the default first.
std::vector<PresetInfo> presets();

/// The named preset. `weights` decides where a preset differs between the built-in network and a real VGG19.
/// Throws Error(usage) for an unknown name, listing the known ones.
Options preset(const std::string& name, const Weights& weights);

/// Throws Error(usage) naming the first setting that is out of range, unknown, or contradicts another.
void validate(const Options& options, const Weights& weights);

/// Parses "name=weight,name=weight,..." ("name" alone has weight 1). Throws Error(usage) for what is not that.
std::vector<LayerWeight> parse_layers(const std::string& list);
/// The inverse of parse_layers.
std::string format_layers(const std::vector<LayerWeight>& layers);

}  // namespace impasto
