#include "style/statistics.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/check.h"
#include "style/energy.h"

namespace impasto::IMPASTO_ABI {
namespace {

// P of a content layer's core.
template <class T>
Id content_target(Tape<T>& tape, const WindowParts<T>& p, std::size_t k, const Shape& map) {
  return p.content.empty() ? tape.constant(View<const T>{nullptr, map}) : p.content[k];
}

// weight factor |F - P|^2 over the core. `seen`: the distance, or F where its gradient is brought to a norm.
template <class T>
Id record_content(Tape<T>& tape, const Compared<T>& c, const WindowParts<T>& p, std::size_t k, Id seen) {
  const double weight = c.content_weight(k), factor = p.content_factors == nullptr ? 1 : (*p.content_factors)[k];
  const T whole = static_cast<T>(weight * factor);
  if (c.sums_errors()) return scale(tape, seen, whole);
  return squared_error(tape, seen, content_target(tape, p, k, tape.shape(seen)), whole, static_cast<T>(weight));
}

template <class T>
std::vector<FeatureRequest> requests_of(Tape<T>& tape, const Compared<T>& c, const WindowParts<T>& p) {
  std::vector<FeatureRequest> requests;
  for (std::size_t k = 0; k < c.content.size(); ++k) {
    requests.push_back({c.content[k]});
    if (c.sums_errors())
      requests.back().target = [&tape, &p, k](const Shape& map) { return content_target(tape, p, k, map); };
  }
  for (const std::size_t layer : c.style) requests.push_back({layer, c.reads_gram, c.has_means()});
  for (const std::size_t layer : c.watched) requests.push_back({layer});
  return requests;
}

// Of every region that is on the core, from the layer's map there.
template <class T>
void record_moments(Tape<T>& tape, const Compared<T>& c, const WindowParts<T>& p, std::size_t l, Id map,
                    std::vector<MomentIds>& found) {
  const Area core = p.window.core_of_whole(c.style[l]);
  const Index width = map_area(p.whole, c.style[l]).width;
  for (std::size_t r = 0; r < c.guide.regions.size(); ++r) {
    Placement placement{true};
    if (!p.regions.empty()) placement = p.regions[l][r].within(core, width);
    if (!placement.exists) continue;
    const double norm = c.options.normalise_gradients ? c.style_weight(l) * p.shares[r] : 0;
    found[r] = channel_moments(tape, map, {c.has_means(), placement.weights, norm});
  }
}

}  // namespace

std::vector<std::size_t> layers_of(const std::vector<LayerWeight>& layers, const Architecture& of) {
  std::vector<std::size_t> found;
  for (const LayerWeight& layer : layers) found.push_back(of.stand_in(find_layer(layer.layer, of)));
  return found;
}

template <class T>
Compared<T>::Compared(const Vgg<T>& of, const NetworkWeights& weights, const Options& wanted, const Guide& regions,
                      bool is_plain)
    : network(of),
      architecture(weights.architecture),
      how{wanted.pooling.value_or(weights.pooling), wanted.padding.value_or(weights.padding),
          wanted.preprocess == Preprocess::literal},
      options(wanted),
      guide(regions),
      reads_gram(is_plain && !wanted.normalise_gradients),
      content(layers_of(wanted.content_layers, architecture)),
      style(layers_of(wanted.style_layers, architecture)) {}

template <class T>
NetworkOptions Compared<T>::how_at(const Window& window) const {
  NetworkOptions at = how;
  at.window = window;
  return at;
}

template <class T>
std::optional<std::size_t> Compared<T>::deepest() const {
  std::optional<std::size_t> deepest;
  for (const std::vector<std::size_t>* layers : {&content, &style, &watched}) {
    for (const std::size_t layer : *layers) deepest = std::max(deepest.value_or(0), layer);
  }
  return deepest;
}

template <class T>
double Compared<T>::content_weight(std::size_t k) const {
  return options.content_weight * options.content_layers[k].weight *
         layer_share(options.loss_scale, options.content_layers);
}

template <class T>
double Compared<T>::style_weight(std::size_t l) const {
  return options.style_weight * options.style_layers[l].weight * layer_share(options.loss_scale, options.style_layers);
}

std::vector<Id> WindowStatistics::addends() const {
  std::vector<Id> ids = content;
  for (const std::vector<MomentIds>& layer : style) {
    for (const MomentIds& region : layer) ids.insert(ids.end(), {region.gram, region.sum});
  }
  ids.push_back(smoothness);
  return ids;
}

void WindowStatistics::set_addends(const std::vector<Id>& ids) {
  auto next = ids.begin();
  for (Id& id : content) id = *next++;
  for (std::vector<MomentIds>& layer : style) {
    for (MomentIds& region : layer) {
      region.gram = *next++;
      region.sum = *next++;
    }
  }
  smoothness = *next;
}

template <class T>
ContentMaps record_content_maps(Tape<T>& tape, const Compared<T>& c, const Window& window, Id picture, bool maps_too) {
  const std::size_t count = c.content.size();
  ContentMaps found{std::vector<Id>(maps_too ? count : 0), std::vector<Id>(count)};
  std::vector<FeatureRequest> requests;
  for (const std::size_t layer : c.content) requests.push_back({.layer = layer, .as_target = c.sums_errors()});
  for (std::size_t k = 0; maps_too && k < count; ++k) requests.push_back({c.content[k]});
  c.network.read(tape, picture, requests, c.how_at(window), [&](std::size_t k, Id value, Index, Id) {
    (k < count ? found.targets[k] : found.maps[k - count]) = value;
  });
  return found;
}

template <class T>
WindowStatistics record_window(Tape<T>& tape, const Compared<T>& c, const WindowParts<T>& p) {
  WindowStatistics found;
  found.content.resize(c.content.size());
  found.style.assign(c.style.size(), std::vector<MomentIds>(c.reads_gram ? 1 : c.guide.regions.size()));
  found.positions.resize(c.style.size());
  found.watched.resize(c.watched.size());
  const std::vector<FeatureRequest> requests = requests_of(tape, c, p);
  c.network.read(tape, p.painted, requests, c.how_at(p.window), [&](std::size_t k, Id value, Index positions, Id sums) {
    if (k < c.content.size()) {
      found.content[k] = record_content(tape, c, p, k, value);
      return;
    }
    const std::size_t l = k - c.content.size();
    if (l >= c.style.size()) {
      found.watched[l - c.style.size()] = value;
      return;
    }
    found.positions[l] = positions;
    if (c.reads_gram) {
      found.style[l].front() = {value, sums};
    } else {
      record_moments(tape, c, p, l, value, found.style[l]);
    }
  });
  if (c.options.tv_weight == 0) return found;
  const double share = c.options.loss_scale == LossScale::tutorial ? 1 : 1 / static_cast<double>(p.whole.count());
  const Area& core = p.window.core;
  found.smoothness =
      total_variation(tape, p.painted, static_cast<T>(c.options.tv_weight * share), p.smooth,
                      {{core.top - p.window.area.top, core.left - p.window.area.left, core.height, core.width}});
  return found;
}

#define IMPASTO_INSTANTIATE(T)                                                                     \
  template struct Compared<T>;                                                                     \
  template ContentMaps record_content_maps(Tape<T>&, const Compared<T>&, const Window&, Id, bool); \
  template WindowStatistics record_window(Tape<T>&, const Compared<T>&, const WindowParts<T>&);
IMPASTO_INSTANTIATE(float)
IMPASTO_INSTANTIATE(double)
#undef IMPASTO_INSTANTIATE

}  // namespace impasto::IMPASTO_ABI
