// The numbers of a network, ready for the tape, whatever file or formula they came from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "autodiff/ops/ops.h"
#include "impasto/context.h"
#include "impasto/weights.h"
#include "impasto/weights_tools.h"
#include "kernel/oriented/oriented.h"
#include "model/vgg_layers.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// One convolution: w is 3 x 3 x C x K, b is K.
struct ConvWeights {
  Tensor<float> w;
  Tensor<float> b;
};

/// The formula network in its fast form, and, made when first asked for, as plain convolutions (22 MB).
/// Thread safety: const use from any thread.
class OrientedNetwork {
 public:
  OrientedNetwork();
  ~OrientedNetwork();
  std::span<const OrientedLayer> layers() const { return layers_; }
  const std::vector<ConvWeights>& dense() const;

 private:
  struct Dense;
  std::vector<OrientedLayer> layers_;
  std::unique_ptr<Dense> dense_;
};

struct NetworkWeights {
  Architecture architecture = kVgg19;
  std::vector<ConvWeights> convolutions;            ///< trained: the first n of the architecture's, in order, n >= 1
  std::shared_ptr<const OrientedNetwork> oriented;  ///< the formula network, which has no `convolutions` of its own
  ChannelMap input;                                 ///< from normalised RGB to what the first convolution expects
  std::string unknown_input;                        ///< why `input` is not known, a sentence; empty: it is
  Pooling pooling = Pooling::max;
  Padding padding = Padding::zero;
  bool is_builtin = false;  ///< weights/builtin.safetensors, which the library holds
  bool folded = false;      ///< conv1_1 does what `input` would do for the network as it was trained
  std::string description;

  /// Convolutions there are, without making them.
  std::size_t depth() const { return oriented ? oriented->layers().size() : convolutions.size(); }
  /// As plain convolutions, whatever they come from.
  const std::vector<ConvWeights>& dense() const { return oriented ? oriented->dense() : convolutions; }
};

/// Input units of the optimiser and of torchvision's networks: (RGB in 0..1 - mean) / deviation.
inline constexpr std::array<double, 3> kRgbMean{0.485, 0.456, 0.406};
inline constexpr std::array<double, 3> kRgbDeviation{0.229, 0.224, 0.225};

/// What a network was trained on: channels in `order` of RGB, pixel values 0..`range`, minus mean, over deviation; mean
/// and deviation are given in the network's channel order and range.
struct Preprocessing {
  std::array<int, 3> order{0, 1, 2};
  double range = 1;
  std::array<double, 3> mean = kRgbMean;
  std::array<double, 3> deviation = kRgbDeviation;

  /// From the optimiser's units to the network's.
  ChannelMap from_normalised() const;
};

/// BGR, 0..255, minus the mean of ImageNet: the original Caffe network, and Keras.
inline constexpr Preprocessing kCaffePreprocessing{{2, 1, 0}, 255, {103.939, 116.779, 123.68}, {1, 1, 1}};

/// Throws Error(input), naming the layer, unless all values are finite and each convolution is 3 x 3 and takes the
/// channels that the one before it gives (3 for the first), and there are no more than the architecture has.
void validate(const NetworkWeights& weights, const std::string& source, const Context& context = Context());

/// Weights::builtin (model/builtin.cpp).
NetworkWeights builtin_weights();
/// Weights::formula (model/formula.cpp).
NetworkWeights formula_weights();
/// Weights::random (model/random_weights.cpp).
NetworkWeights random_weights(std::uint64_t seed);
/// A file of any readable format (model/weights_file.h). `source` other than automatic beats what the file says.
NetworkWeights load_weights(const std::filesystem::path& path, WeightsSource source = WeightsSource::automatic,
                            const Context& context = Context());

}  // namespace impasto::IMPASTO_ABI
