#include "style/targets.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/say.h"
#include "style/energy.h"
#include "style/loss.h"
#include "tensor/cropped.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Energy of a content layer's map, added up over windows: as it is, and then of what differs from its channels' means.
template <class T>
class MapEnergy {
 public:
  MapEnergy(const std::vector<Window>& windows, std::size_t layer) {
    for (const Window& window : windows) positions_ += window.core_at(layer).count();
  }
  void add(const Tensor<T>& map) {
    const Index C = map.shape()[2];
    const double P = static_cast<double>(positions_);
    mean_.resize(static_cast<std::size_t>(C), 0.0);
    for (Index i = 0; i < map.shape().count(); ++i)
      mean_[static_cast<std::size_t>(i % C)] += static_cast<double>(map[i]) / P;
    whole_ += energy<T>(map.values());
  }
  // Once all windows were added.
  void add_spatial(const Tensor<T>& map) {
    const Index C = map.shape()[2];
    for (Index i = 0; i < map.shape().count(); ++i) {
      const double difference = static_cast<double>(map[i]) - mean_[static_cast<std::size_t>(i % C)];
      spatial_ += difference * difference;
    }
  }

  // normalised: 1 / sum (P - mean P)^2;  mean: 1 / count;  tutorial: 1 / (2 M N)
  double factor(LossScale scale, const Shape& picture) const {
    const double M = static_cast<double>(picture[0] * picture[1]), N = 3;
    const Index count = positions_ * static_cast<Index>(mean_.size());
    if (scale == LossScale::mean) return 1 / static_cast<double>(count);
    if (scale == LossScale::normalised) return inverse_energy(spatial_, whole_, 1e-6, count);
    return 1 / (2 * M * N);
  }

 private:
  Index positions_ = 0;
  std::vector<double> mean_;  // by channel
  double whole_ = 0, spatial_ = 0;
};

// A picture's pixels at an area: the picture itself where that is all of it, else a copy in `kept`.
template <class T>
View<const T> pixels_at(const Tensor<T>& picture, const Area& area, Tensor<T>& kept) {
  if (area == whole_area(picture.shape())) return picture.view();
  kept = cropped(picture, area);
  return kept.view();
}

template <class T>
void run_forward(Tape<T>& tape, const Context& context) {
  tape.set_observer([&](Id, Sight, std::span<const T>) { stop_if_asked(context); });
  tape.forward();
}

// What the network sees of a fixed picture at the content layers, on a window's core.
template <class T>
std::vector<Tensor<T>> content_maps(const Compared<T>& c, const Tensor<T>& picture, const Window& window,
                                    const Context& context) {
  Tensor<T> pixels;
  Tape<T> tape(context);
  const Id seen = tape.constant(pixels_at(picture, window.area, pixels), "picture");
  const std::vector<Id> ids = record_content_maps(tape, c, window, seen);
  for (const Id id : ids) tape.keep(id);
  run_forward(tape, context);
  std::vector<Tensor<T>> maps;
  for (const Id id : ids) {
    maps.emplace_back(tape.shape(id), context);
    const std::span<const T> values = tape.value(id);
    std::copy(values.begin(), values.end(), maps.back().data());
  }
  return maps;
}

template <class T>
void measure_content(const Compared<T>& c, const Scene<T>& scene, const std::vector<Window>& windows, bool keeps,
                     const Context& context, Targets<T>& targets) {
  std::vector<MapEnergy<T>> energies;
  for (const std::size_t layer : c.content) energies.emplace_back(windows, layer);
  for (const Window& window : windows) {
    std::vector<Tensor<T>> maps = content_maps(c, scene.content, window, context);
    for (std::size_t k = 0; k < maps.size(); ++k) energies[k].add(maps[k]);
    if (keeps) targets.content.push_back(std::move(maps));
  }
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (c.options.loss_scale != LossScale::normalised) break;
    std::vector<Tensor<T>> again;
    if (!keeps) again = content_maps(c, scene.content, windows[i], context);
    const std::vector<Tensor<T>>& maps = keeps ? targets.content[i] : again;
    for (std::size_t k = 0; k < maps.size(); ++k) energies[k].add_spatial(maps[k]);
  }
  for (const MapEnergy<T>& energy : energies)
    targets.content_factors.push_back(energy.factor(c.options.loss_scale, scene.content.shape()));
}

// The statistics of one style picture, summed over its windows.
template <class T>
class StyleMeasurement {
 public:
  StyleMeasurement(const Compared<T>& compared, const Tensor<T>& picture, std::size_t style, const Context& context)
      : c_(compared),
        picture_(picture),
        context_(context),
        sums_(c_.style.size(), std::vector<Sums>(c_.guide.regions.size())) {
    const auto& regions = c_.guide.regions;
    unguided_ =
        std::all_of(regions.begin(), regions.end(), [&](const Region& r) { return is_everywhere(r.styles[style]); });
    for (const std::size_t layer : c_.style) {
      const int n = halvings(layer);
      placements_.emplace_back();
      for (const Region& region : regions) {
        const Shape shape = picture.shape();
        placements_.back().push_back(unguided_ ? Placement{true}
                                               : place(region.styles[style], {}, shape[0] >> n, shape[1] >> n));
      }
    }
  }

  void add_window(const Window& window);
  StyleTarget target(std::size_t layer, std::size_t region) const;

 private:
  struct Sums {
    std::vector<double> gram, sum;
  };
  // Where the sums of a region that is on the window come from.
  struct Part {
    std::size_t layer, region;
    MomentIds ids;
  };
  void record(Tape<T>& tape, Id picture, const Window& window, std::vector<Part>& parts);

  const Compared<T>& c_;
  const Tensor<T>& picture_;
  const Context& context_;
  bool unguided_;
  std::vector<std::vector<Placement>> placements_;  // by layer and region
  std::vector<std::vector<Sums>> sums_;
};

template <class T>
void StyleMeasurement<T>::record(Tape<T>& tape, Id picture, const Window& window, std::vector<Part>& parts) {
  std::vector<FeatureRequest> requests;
  for (const std::size_t layer : c_.style) requests.push_back({layer, unguided_, c_.has_means()});
  NetworkOptions how = c_.how;
  how.window = window;
  c_.network.read(tape, picture, requests, how, [&](std::size_t l, Id value, Index, Id sums) {
    MomentIds everywhere{unguided_ ? value : Id{}, sums};
    const int n = halvings(c_.style[l]);
    const Area seen = window.core_at(c_.style[l]);
    const Area core{window.core.top >> n, window.core.left >> n, seen.height, seen.width};
    for (std::size_t r = 0; r < c_.guide.regions.size(); ++r) {
      const Placement placement = placements_[l][r].within(core, picture_.shape()[1] >> n);
      if (!placement.exists) continue;
      MomentIds ids = everywhere;
      if (placement.weights != nullptr || ids.gram.index < 0)
        ids = channel_moments(tape, value, {c_.has_means(), placement.weights, 0});
      if (placement.weights == nullptr) everywhere = ids;
      for (const Id id : {ids.gram, ids.sum}) {
        if (id.index >= 0) tape.keep(id);
      }
      parts.push_back({l, r, ids});
    }
  });
}

template <class T>
void StyleMeasurement<T>::add_window(const Window& window) {
  Tensor<T> pixels;
  Tape<T> tape(context_);
  std::vector<Part> parts;
  record(tape, tape.constant(pixels_at(picture_, window.area, pixels), "style picture"), window, parts);
  run_forward(tape, context_);
  const auto add = [&](Id id, std::vector<double>& to) {
    if (id.index < 0) return;
    const std::span<const T> values = tape.value(id);
    to.resize(values.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) to[i] += static_cast<double>(values[i]);
  };
  for (const Part& part : parts) {
    Sums& sums = sums_[part.layer][part.region];
    add(part.ids.gram, sums.gram);
    add(part.ids.sum, sums.sum);
  }
}

// Per position; nothing for a region that the style does not have.
template <class T>
StyleTarget StyleMeasurement<T>::target(std::size_t layer, std::size_t region) const {
  const Sums& sums = sums_[layer][region];
  if (sums.gram.empty()) return {};
  const int n = halvings(c_.style[layer]);
  const double P = static_cast<double>((picture_.shape()[0] >> n) * (picture_.shape()[1] >> n));
  Tape<T> tape(context_);
  const Index C = static_cast<Index>(std::lround(std::sqrt(static_cast<double>(sums.gram.size()))));
  const auto given = [&](const Shape& shape, const std::vector<double>& values) {
    if (values.empty()) return Id{};
    const Id id = tape.input(shape);
    std::transform(values.begin(), values.end(), tape.value(id).begin(), [](double v) { return static_cast<T>(v); });
    return id;
  };
  const MomentIds moments{given({C, C}, sums.gram), given({C}, sums.sum)};
  const StatisticIds ids = record_statistic(tape, moments, P);
  const auto read = [&](Id id, double divisor) {
    std::vector<double> values;
    if (id.index < 0) return values;
    for (const T value : tape.value(id)) values.push_back(static_cast<double>(value) / divisor);
    return values;
  };
  if (c_.has_means()) {
    tape.keep(ids.matrix);
    tape.keep(ids.mean);
  }
  tape.forward();
  return {read(ids.matrix, c_.has_means() ? 1 : P), read(ids.mean, 1)};
}

// The mean of all styles that have the region at the layer, by their shares.
template <class T>
std::vector<std::vector<StyleTarget>> style_targets(const Compared<T>& c, const Scene<T>& scene,
                                                    const Context& context) {
  std::vector<std::vector<StyleTarget>> targets(c.style.size(), std::vector<StyleTarget>(c.guide.regions.size()));
  if (c.style.empty()) return targets;
  std::vector<std::vector<std::vector<StyleTarget>>> found;  // by style
  const std::size_t deepest = *std::max_element(c.style.begin(), c.style.end());
  for (std::size_t k = 0; k < scene.styles.size(); ++k) {
    const Tensor<T>& picture = scene.styles[k].picture;
    check_style_size(c, picture.shape());
    StyleMeasurement<T> measurement(c, picture, k, context);
    for (const Window& window :
         make_windows(picture.shape()[0], picture.shape()[1], Index{c.options.region_size}, deepest))
      measurement.add_window(window);
    found.push_back(targets);
    for (std::size_t l = 0; l < c.style.size(); ++l) {
      for (std::size_t r = 0; r < c.guide.regions.size(); ++r) found[k][l][r] = measurement.target(l, r);
    }
  }
  const auto add = [](std::vector<double>& to, const std::vector<double>& values, double share) {
    to.resize(values.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) to[i] += share * values[i];
  };
  for (std::size_t l = 0; l < c.style.size(); ++l) {
    for (std::size_t r = 0; r < c.guide.regions.size(); ++r) {
      double total = 0;
      for (std::size_t k = 0; k < found.size(); ++k) total += found[k][l][r].exists() ? scene.styles[k].weight : 0;
      for (std::size_t k = 0; k < found.size(); ++k) {
        if (!found[k][l][r].exists()) continue;
        const double share = scene.styles[k].weight / total;
        add(targets[l][r].matrix, found[k][l][r].matrix, share);
        add(targets[l][r].mean, found[k][l][r].mean, share);
      }
    }
  }
  return targets;
}

}  // namespace

template <class T>
void check_size(const Compared<T>& c, const Shape& picture) {
  if (const auto deepest = c.deepest()) check_picture_size(picture, *deepest);
}

template <class T>
void check_style_size(const Compared<T>& c, const Shape& style) {
  Index smallest = 1;
  for (const std::size_t layer : c.style) smallest = std::max(smallest, smallest_side(layer));
  require(style[0] >= smallest && style[1] >= smallest, ErrorCode::input, "the style picture shrinks to ", style[1],
          " x ", style[0], " pixels, and the style layers need at least ", smallest, " x ", smallest,
          "; use a larger size or style size, a style less narrow, or shallower layers");
}

template <class T>
Targets<T> measure_targets(const Compared<T>& c, const Scene<T>& scene, const std::vector<Window>& windows,
                           bool keeps_content, const Context& context) {
  Targets<T> targets;
  measure_content(c, scene, windows, keeps_content, context, targets);
  targets.styles = style_targets(c, scene, context);
  return targets;
}

#define IMPASTO_INSTANTIATE(T)                                                       \
  template void check_size(const Compared<T>&, const Shape&);                        \
  template void check_style_size(const Compared<T>&, const Shape&);                  \
  template Targets<T> measure_targets(const Compared<T>&, const Scene<T>&,           \
                                      const std::vector<Window>&, bool, const Context&);
IMPASTO_INSTANTIATE(float)
IMPASTO_INSTANTIATE(double)
#undef IMPASTO_INSTANTIATE

}  // namespace impasto::IMPASTO_ABI
