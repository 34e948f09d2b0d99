// Everything a painting is made with, as plain data, and the presets that fill it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "impasto/export.h"
#include "impasto/image.h"
#include "impasto/optimisers.h"
#include "impasto/weights.h"

namespace impasto::IMPASTO_ABI {

/// A layer by any of its names (block4_conv2, conv4_2, relu4_2, torchvision's index 21 or 22) and its share of the
/// loss. Layers are read after their ReLU.
struct LayerWeight {
  std::string layer;
  double weight = 1;
  bool operator==(const LayerWeight&) const = default;
};

/// How losses are scaled (docs/MATH.md has the formulas).
/// `tutorial`: fixed constants M = W * H, N = 3, raw Gram matrices; values grow with picture and layer.
/// `mean`: means of squared differences, statistics per position: the scale of most published weights.
/// `normalised`: each term relative to its target's own energy, so weights mean the same at any size, layer and
/// network.
enum class LossScale { tutorial, mean, normalised };

/// What of a layer's features is style. `gram`: E[f f^T]; `covariance`: E[(f - m)(f - m)^T]; `mean_covariance`: that
/// and the means m = E[f], as two terms of equal weight.
enum class StyleStatistic { gram, covariance, mean_covariance };

/// Whose colours the painting has, all in sRGB-encoded values.
/// `style`: the style's, as the losses bring them. `content_luminance`: the content's: only the luminance Y of Y'IQ is
/// painted (Gatys et al., "Controlling Perceptual Factors in Neural Style Transfer", CVPR 2017). `match`: the content
/// first gets the style's colour mean and covariance; `histogram`: its colour histograms, channel by channel along the
/// principal axes.
enum class ColourMode { style, content_luminance, match, histogram };

/// What the optimisation starts from, before noise is added.
enum class Start {
  content,  ///< the content picture, plus noise
  blend,    ///< (content + noise) / 2, the tutorial's start
  noise,    ///< noise alone
  values,   ///< Options::start_values, plus noise
};

enum class NoiseKind {
  uniform,  ///< uniform(-amplitude, amplitude) per value
  white,    ///< normal, standard deviation `amplitude` per value
  octaves,  ///< sum of 4 octaves of normal noise, standard deviation `amplitude` each: coarse and fine grain together
};

/// `automatic`: the picture is converted to what the weights expect. `literal`: the normalised RGB values are fed as
/// they are, whatever the weights expect (the tutorial does this to Keras' weights).
enum class Preprocess { automatic, literal };

inline constexpr int kMaxScales = 12;

/// All settings of one painting. Sizes in pixels; 0 means "not set".
/// Thread safety: a plain value.
struct Options {
  std::string preset = "default";

  int size = 512;            ///< long side of the painting, aspect kept; unused when width and height are set
  int width = 0;             ///< exact size, both or neither
  int height = 0;            ///<
  int style_size = 0;        ///< long side of the style picture, aspect kept; 0: the painting's long side * style_scale
  double style_scale = 1;    ///< of the style picture beside the painting: larger paints larger strokes
  bool style_exact = false;  ///< resize the style to exactly the painting's size, aspect lost (tutorial)
  ResizeOptions resize;      ///< of pictures to these sizes; `bilinear` does not filter when shrinking (tutorial)

  /// Coarse to fine: long sides of the paintings that are made one after another, ascending, each starting from the one
  /// before; the last is the painting's own. Empty: `scale_count` sizes, each half the next; 0: as many as keep the
  /// coarsest at 224 or more.
  std::vector<int> scale_sizes;
  int scale_count = 1;

  /// The painting and the styles are evaluated in regions of at most about this many pixels a side, one after another,
  /// so that memory holds the network's maps of one region, not of all. The gradient is the same up to rounding, so the
  /// bits are others. 0: in one, or, where memory is short, in regions as large as it allows, which is said.
  int region_size = 0;

  ColourMode colour = ColourMode::match;
  double colour_amount = 1;  ///< 0: as ColourMode::style; 1: all of it

  std::vector<LayerWeight> content_layers;
  std::vector<LayerWeight> style_layers;
  double content_weight = 1;
  double style_weight = 1;
  double tv_weight = 0;
  LossScale loss_scale = LossScale::normalised;
  StyleStatistic statistic = StyleStatistic::gram;
  bool normalise_gradients = false;  ///< each layer's gradient is divided by its L1 norm before its weight

  /// Iterations at each scale, coarsest first; the last number counts for all further scales.
  std::vector<int> iterations{150};
  int steps_per_epoch = 15;  ///< an epoch is what a line of progress and a snapshot stand for
  OptimiserKind optimiser = OptimiserKind::adam;
  AdamOptions adam;
  LbfgsOptions lbfgs;
  double average = 0;         ///< the painting is the mean of the iterates, decaying by this factor a step; 0: the last
  double stop_when_flat = 0;  ///< ends a scale when 10 steps lower the loss by less than this fraction; 0: never

  Start start = Start::content;
  std::vector<float> start_values;  ///< H x W x 3, normalised units (`normalise`), for Start::values
  NoiseKind noise = NoiseKind::octaves;
  double noise_amplitude = 0.15;  ///< normalised units; 0: no noise, whatever the kind
  std::uint64_t seed = 0;

  std::optional<Pooling> pooling;  ///< of 2 x 2 windows, not `none`; unset: what the weights were made for
  std::optional<Padding> padding;  ///< not `valid`; unset: what the weights were made for
  Preprocess preprocess = Preprocess::automatic;
  DecodeOptions decode;  ///< how the content and style files are meant to be read
  EncodeOptions encode;  ///< how pictures of this run are meant to be written
  bool operator==(const Options&) const = default;
};

/// Iterations at a scale, 0 for the coarsest, and of the first `scales` together.
IMPASTO_API int iterations_at(const Options& options, int scale);
IMPASTO_API int total_iterations(const Options& options, int scales);

struct PresetInfo {
  std::string name;
  std::string summary;  ///< one line
};

/// All presets, the default first.
IMPASTO_API std::vector<PresetInfo> presets();

/// The named preset. `weights` decides where a preset differs between the networks that come with the library and
/// others. Throws Error(usage) for an unknown name, listing the known ones.
IMPASTO_API Options preset(const std::string& name, const Weights& weights);

/// Throws Error(usage) naming the first setting that is out of range, unknown, or contradicts another.
IMPASTO_API void validate(const Options& options, const Weights& weights);

/// For layers that the network lacks, which one is compared in its place, a sentence each. Options that are valid.
IMPASTO_API std::vector<std::string> stand_ins(const Options& options, const Weights& weights);

/// Parses "name=weight,name=weight,..." ("name" alone has weight 1). Throws Error(usage) for what is not that.
IMPASTO_API std::vector<LayerWeight> parse_layers(const std::string& list);
/// The inverse of parse_layers.
IMPASTO_API std::string format_layers(const std::vector<LayerWeight>& layers);

}  // namespace impasto::IMPASTO_ABI
