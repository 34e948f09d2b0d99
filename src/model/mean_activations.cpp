#include "model/mean_activations.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "impasto/stylise.h"
#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Positions in vgg_layers() of the convolutions there are.
std::vector<std::size_t> convolution_layers(const NetworkWeights& weights) {
  std::vector<std::size_t> layers = weights.architecture.layers();
  layers.resize(weights.depth());
  return layers;
}

}  // namespace

MeanActivations::MeanActivations(std::shared_ptr<const NetworkWeights> weights)
    : weights_(std::move(weights)), positions_(weights_->depth()) {
  for (const ConvWeights& conv : weights_->dense()) sums_.emplace_back(static_cast<std::size_t>(conv.b.shape()[0]));
}

void MeanActivations::add(const Image& picture, const Context& context) {
  const std::vector<float> values = normalise(picture);
  const View<const float> view{values.data(), {picture.height(), picture.width(), 3}};
  const Vgg<float> network(weights_);
  Tape<float> tape(context);
  const std::vector<Id> maps = network.record(tape, tape.constant(view), convolution_layers(*weights_));
  for (const Id map : maps) tape.keep(map);
  tape.forward();
  for (std::size_t l = 0; l < maps.size(); ++l) {
    std::vector<double>& sums = sums_[l];
    const std::span<const float> map = tape.value(maps[l]);
    for (std::size_t i = 0; i < map.size();) {
      for (double& sum : sums) sum += static_cast<double>(map[i++]);
    }
    const std::size_t positions = map.size() / sums.size();
    positions_[l] += static_cast<double>(positions);
  }
}

std::vector<std::vector<double>> MeanActivations::means() const {
  std::vector<std::vector<double>> means = sums_;
  for (std::size_t l = 0; l < means.size(); ++l) {
    IMPASTO_ASSERT(positions_[l] > 0);
    for (double& mean : means[l]) mean /= positions_[l];
  }
  return means;
}

std::vector<std::string> divide_by_means(NetworkWeights& weights, const std::vector<std::vector<double>>& means) {
  std::vector<std::string> silent;
  std::vector<double> before(3, 1.0);  // the scale that each input channel lost in the layer before
  const std::vector<std::size_t> layers = convolution_layers(weights);
  for (std::size_t l = 0; l < layers.size(); ++l) {
    std::vector<double> scale = means[l];
    const double typical = std::accumulate(scale.begin(), scale.end(), 0.0) / static_cast<double>(scale.size());
    for (std::size_t k = 0; k < scale.size(); ++k) {
      if (scale[k] > kSilent * typical) continue;
      scale[k] = 1;
      silent.push_back(text(vgg_layers()[layers[l]].keras_name(), " filter ", k));
    }
    ConvWeights& conv = weights.convolutions[l];
    std::size_t i = 0;
    for (int tap = 0; tap < 9; ++tap) {
      for (const double gained : before) {
        for (const double lost : scale) {
          float& w = conv.w.values()[i++];
          w = static_cast<float>(static_cast<double>(w) * gained / lost);
        }
      }
    }
    for (std::size_t k = 0; k < scale.size(); ++k) {
      float& b = conv.b.values()[k];
      b = static_cast<float>(static_cast<double>(b) / scale[k]);
    }
    before = std::move(scale);
  }
  return silent;
}

}  // namespace impasto::IMPASTO_ABI
