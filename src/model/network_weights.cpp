#include "model/network_weights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::uint32_t kExponent = 0x7f800000u;  // all ones in infinities and NaN

bool is_finite(std::span<const float> values) {
  bool finite = true;
  for (const float value : values) finite &= (std::bit_cast<std::uint32_t>(value) & kExponent) != kExponent;
  return finite;
}

void require_finite(const Tensor<float>& values, const std::string& source, const std::string& what) {
  if (is_finite(values.values())) return;
  const auto bad =
      std::find_if(values.values().begin(), values.values().end(), [](float v) { return !std::isfinite(v); });
  fail(ErrorCode::input, source, ": ", what, " holds a value that is not a finite number (", *bad, " at element ",
       bad - values.values().begin(), "); the file is damaged, get it again");
}

// Keras names of the convolutions there are.
std::vector<std::string> convolution_names(const NetworkWeights& weights) {
  std::vector<std::string> names;
  for (const std::size_t layer : weights.architecture.layers()) {
    if (names.size() < weights.depth()) names.push_back(vgg_layers()[layer].keras_name());
  }
  return names;
}

}  // namespace

ChannelMap Preprocessing::from_normalised() const {
  ChannelMap map;
  map.order = order;
  for (std::size_t c = 0; c < 3; ++c) {
    const std::size_t source = static_cast<std::size_t>(order[c]);
    map.gain[c] = range * kRgbDeviation[source] / deviation[c];
    map.offset[c] = (range * kRgbMean[source] - mean[c]) / deviation[c];
  }
  return map;
}

void validate(const NetworkWeights& weights, const std::string& source, const Context& context) {
  require(!weights.convolutions.empty(), ErrorCode::input, source,
          ": no convolution of VGG found; wanted at least block1_conv1");
  const std::vector<std::string> names = convolution_names(weights);
  require(weights.convolutions.size() == names.size(), ErrorCode::input, source, ": ", weights.convolutions.size(),
          " convolutions; ", weights.architecture.name, " has ", names.size());
  Index channels = 3;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ConvWeights& conv = weights.convolutions[i];
    const Shape& shape = conv.w.shape();
    require(shape.rank() == 4 && shape[0] == 3 && shape[1] == 3 && shape[2] == channels &&
                conv.b.shape() == Shape{shape[3]},
            ErrorCode::input, source, ": ", names[i], " has weights of ", shape, " and a bias of ", conv.b.shape(),
            "; wanted 3 x 3 x ", channels, " x K and K: these are not the weights of ", weights.architecture.name);
    channels = shape[3];
  }
  parallel_for(context, static_cast<std::ptrdiff_t>(names.size()), [&](std::ptrdiff_t i, int) {
    const std::size_t layer = static_cast<std::size_t>(i);
    require_finite(weights.convolutions[layer].w, source, names[layer] + " weights");
    require_finite(weights.convolutions[layer].b, source, names[layer] + " bias");
  });
}

Weights::Weights(std::shared_ptr<const NetworkWeights> network) : network_(std::move(network)) {}

Weights Weights::builtin() {
  return with_memory_error("reading the built-in weights",
                           [] { return Weights(std::make_shared<const NetworkWeights>(builtin_weights())); });
}

Weights Weights::formula() {
  return with_memory_error("making weights",
                           [] { return Weights(std::make_shared<const NetworkWeights>(formula_weights())); });
}

Weights Weights::random(std::uint64_t seed) {
  return with_memory_error("making weights",
                           [&] { return Weights(std::make_shared<const NetworkWeights>(random_weights(seed))); });
}

Weights Weights::load(const std::filesystem::path& file, const Context& context) {
  return with_memory_error("loading weights", [&] {
    return Weights(std::make_shared<const NetworkWeights>(load_weights(file, WeightsSource::automatic, context)));
  });
}

std::string Weights::description() const { return network_->description; }
bool Weights::is_builtin() const noexcept { return network_->is_builtin; }
bool Weights::is_formula() const noexcept { return network_->oriented != nullptr; }
Pooling Weights::pooling() const noexcept { return network_->pooling; }
Padding Weights::padding() const noexcept { return network_->padding; }
bool Weights::is_folded() const noexcept { return network_->folded; }

std::string Weights::architecture() const { return network_->architecture.name; }
std::vector<std::string> Weights::layers() const { return convolution_names(*network_); }

}  // namespace impasto::IMPASTO_ABI
