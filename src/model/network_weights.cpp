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
          ": no convolution of VGG19 found; wanted at least block1_conv1");
  Index channels = 3;
  std::vector<std::string> names;
  for (const VggLayer& layer : vgg_layers()) {
    if (layer.is_pool) continue;
    if (names.size() == weights.convolutions.size()) break;
    const ConvWeights& conv = weights.convolutions[names.size()];
    names.push_back(layer.keras_name());
    const Shape& shape = conv.w.shape();
    require(shape.rank() == 4 && shape[0] == 3 && shape[1] == 3 && shape[2] == channels &&
                conv.b.shape() == Shape{shape[3]},
            ErrorCode::input, source, ": ", names.back(), " has weights of ", shape, " and a bias of ", conv.b.shape(),
            "; wanted 3 x 3 x ", channels, " x K and K: these are not VGG19's weights");
    channels = shape[3];
  }
  parallel_for(context, static_cast<std::ptrdiff_t>(names.size()), [&](std::ptrdiff_t i, int) {
    const std::size_t layer = static_cast<std::size_t>(i);
    require_finite(weights.convolutions[layer].w, source, names[layer] + " weights");
    require_finite(weights.convolutions[layer].b, source, names[layer] + " bias");
  });
}

Weights::Weights(std::shared_ptr<const NetworkWeights> network) : network_(std::move(network)) {}

Weights Weights::builtin() { return Weights(std::make_shared<const NetworkWeights>(builtin_weights())); }

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
bool Weights::is_builtin() const noexcept { return network_->oriented != nullptr; }
Pooling Weights::pooling() const noexcept { return network_->pooling; }
Padding Weights::padding() const noexcept { return network_->padding; }
bool Weights::is_folded() const noexcept { return network_->folded; }

std::vector<std::string> Weights::layers() const {
  std::vector<std::string> names;
  for (const VggLayer& layer : vgg_layers()) {
    if (!layer.is_pool && names.size() < network_->depth()) names.push_back(layer.keras_name());
  }
  return names;
}

}  // namespace impasto::IMPASTO_ABI
