// The weights by formula: closed-form (model/formula_channels.cpp) but for one gain and bias per group of channels,
// from weights/formula_table.txt. From the list of channels come both forms of a layer, so they cannot drift apart:
// units, which the float network runs, and plain convolutions, made when somebody asks for them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ios>
#include <locale>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "impasto_formula_table.h"
#include "model/formula_channels.h"
#include "model/network_weights.h"
#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {
namespace {

struct GainBias {
  double gain, bias;
};
using Table = std::map<std::pair<std::string, std::string>, GainBias>;  // by layer and group

Table read_table() {
  std::istringstream lines(kFormulaTable);
  lines.exceptions(std::ios::badbit);  // else a stream keeps to itself that memory does not suffice
  lines.imbue(std::locale::classic());
  Table table;
  std::string layer, group, comment;
  while (lines >> layer) {
    if (layer[0] == '#') {
      std::getline(lines, comment);
      continue;
    }
    GainBias row{};
    lines >> group >> row.gain >> row.bias;
    table[{layer, group}] = row;
  }
  return table;
}

Kernel3x3 scaled(double factor, const Kernel3x3& kernel) {
  Kernel3x3 result{};
  for (std::size_t i = 0; i < 9; ++i) result[i] += factor * kernel[i];
  return result;
}

// Calls term(input, kernel) for everything a channel sums up.
template <class Visit>
void for_terms(const FormulaChannel& channel, bool reads_picture, Visit&& term) {
  if (channel.source >= 0) {
    term(channel.source, channel.kernel);
    for (const Index sibling : channel.siblings) term(sibling, scaled(-kFormulaInhibition, binomial()));
    return;
  }
  for (std::size_t q = 0; q < 3; ++q) {
    const double factor = channel.colour[q];
    if (factor == 0) continue;
    const Index trunk = 2 * static_cast<Index>(q);
    if (reads_picture) {
      for (Index rgb = 0; rgb < 3; ++rgb) term(rgb, scaled(factor * kColour[q][rgb], channel.kernel));
    } else {
      term(trunk, scaled(factor, channel.kernel));
      term(trunk + 1, scaled(-factor, channel.kernel));
    }
  }
}

void set_lane(OrientedUnit& unit, std::size_t lane, const FormulaChannel& channel, double gain, double bias) {
  const auto taps = [&](double factor) {
    for (std::size_t i = 0; i < 9; ++i) {
      unit.taps[i][lane] = static_cast<float>(factor * channel.kernel[i]);
      unit.turned[8 - i][lane] = unit.taps[i][lane];
    }
  };
  unit.bias[lane] = static_cast<float>(bias);
  if (channel.source >= 0) {
    taps(gain);
    unit.carried = true;
    if (channel.siblings.empty()) return;
    IMPASTO_ASSERT(channel.siblings.size() == 8);
    unit.inhibition[lane] = static_cast<float>(gain * kFormulaInhibition / 16);
    unit.siblings = channel.siblings[1] == channel.siblings[0] + 2 ? Siblings::interleaved : Siblings::adjacent;
    return;
  }
  unit.fresh = true;
  std::size_t q = 0;
  while (channel.colour[q] == 0) ++q;
  unit.signal[lane] = static_cast<std::int32_t>(q);
  unit.reads[q][lane] = 1;
  unit.reads_any[q] = true;
  taps(gain * channel.colour[q]);
  if (channel.kind != "pal") return;
  unit.has_palette = true;
  for (std::size_t more = 0; more < 2; ++more)
    unit.palette[more][lane] = static_cast<float>(gain * channel.colour[more + 1]);
}

OrientedLayer oriented_layer(const FormulaLayer& layer, const OrientedLayer* below, const std::string& name,
                             const Table& table) {
  OrientedLayer made;
  made.reads_picture = below == nullptr;
  made.channels = static_cast<Index>(layer.size());
  made.inputs = below == nullptr ? kSignals : below->channels;
  made.input_units = below == nullptr ? 0 : static_cast<Index>(below->units.size());
  if (below != nullptr) made.input_segments = below->segments;
  for (const FormulaChannel& channel : layer) {
    const std::size_t unit = static_cast<std::size_t>(channel.slot / kUnit);
    while (made.units.size() <= unit) {
      made.units.emplace_back();
      std::fill_n(made.units.back().signal, kUnit, static_cast<std::int32_t>(kSignals));
    }
    const GainBias& row = table.at({name, channel.group});
    set_lane(made.units[unit], static_cast<std::size_t>(channel.slot % kUnit), channel, row.gain, row.bias);
    made.slots.push_back(channel.slot);
  }
  made.units[0].bias[kOnesLane] = 1;
  made.segments = segments_of(made.slots);
  return made;
}

ConvWeights dense_weights(const FormulaLayer& layer, Index inputs, const std::string& name, const Table& table) {
  const Index K = static_cast<Index>(layer.size());
  std::vector<double> w(static_cast<std::size_t>(9 * inputs * K), 0.0);
  ConvWeights conv{Tensor<float>({3, 3, inputs, K}), Tensor<float>({K})};
  for (Index k = 0; k < K; ++k) {
    const FormulaChannel& channel = layer[static_cast<std::size_t>(k)];
    const GainBias& row = table.at({name, channel.group});
    for_terms(channel, inputs == 3, [&](Index input, const Kernel3x3& kernel) {
      for (Index tap = 0; tap < 9; ++tap)
        w[static_cast<std::size_t>((tap * inputs + input) * K + k)] += row.gain * kernel[static_cast<std::size_t>(tap)];
    });
    conv.b[k] = static_cast<float>(row.bias);
  }
  std::transform(w.begin(), w.end(), conv.w.data(), [](double value) { return static_cast<float>(value); });
  return conv;
}

std::vector<std::string> layer_names() {
  std::vector<std::string> names;
  for (const VggLayer& layer : vgg_layers()) {
    if (!layer.is_pool) names.push_back(layer.caffe_name());
  }
  return names;
}

}  // namespace

struct OrientedNetwork::Dense {
  std::once_flag once;
  std::vector<ConvWeights> convolutions;
};

OrientedNetwork::OrientedNetwork() : dense_(std::make_unique<Dense>()) {
  const Table table = read_table();
  const std::vector<std::string> names = layer_names();
  const std::vector<FormulaLayer> channels = formula_layers();
  layers_.reserve(channels.size());
  for (std::size_t i = 0; i < channels.size(); ++i)
    layers_.push_back(oriented_layer(channels[i], i == 0 ? nullptr : &layers_[i - 1], names[i], table));
}

OrientedNetwork::~OrientedNetwork() = default;

const std::vector<ConvWeights>& OrientedNetwork::dense() const {
  std::call_once(dense_->once, [&] {
    const Table table = read_table();
    const std::vector<std::string> names = layer_names();
    const std::vector<FormulaLayer> channels = formula_layers();
    std::vector<ConvWeights> convolutions;
    for (std::size_t i = 0; i < channels.size(); ++i)
      convolutions.push_back(dense_weights(channels[i], layers_[i].inputs, names[i], table));
    dense_->convolutions = std::move(convolutions);
  });
  return dense_->convolutions;
}

NetworkWeights formula_weights() {
  NetworkWeights weights;
  weights.pooling = Pooling::average;
  weights.padding = Padding::replicate;
  weights.oriented = std::make_shared<const OrientedNetwork>();
  Index parameters = 0;
  for (const OrientedLayer& layer : weights.oriented->layers()) parameters += 9 * layer.inputs * layer.channels;
  weights.description = text("weights by formula (", weights.oriented->layers().size(), " convolutions, ",
                             parameters / 1000000, " million values)");
  return weights;
}

}  // namespace impasto::IMPASTO_ABI
