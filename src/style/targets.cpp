#include "style/targets.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "style/energy.h"
#include "style/run_forward.h"

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

// What the network sees of a fixed picture at the content layers, on a window's core.
template <class T>
std::vector<Tensor<T>> content_maps(const Compared<T>& c, const Tensor<T>& picture, const Window& window,
                                    const Context& context) {
  Tensor<T> pixels;
  Tape<T> tape(context);
  const Id seen = tape.constant(pixels_at(picture, window.area, pixels, context), "picture");
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

// The mean of all styles that have the region at the layer, by their shares.
template <class T>
std::vector<std::vector<StyleTarget>> style_targets(const Compared<T>& c, const Scene<T>& scene,
                                                    const Context& context) {
  std::vector<std::vector<StyleTarget>> targets(c.style.size(), std::vector<StyleTarget>(c.guide.regions.size()));
  if (c.style.empty()) return targets;
  std::vector<std::vector<std::vector<StyleTarget>>> found;  // by style
  for (std::size_t k = 0; k < scene.styles.size(); ++k) {
    const Tensor<T>& picture = scene.styles[k].picture;
    check_style_size(c, picture.shape());
    const StyleSums sums = style_sums(c, scene, k, context);
    found.push_back(targets);
    for (std::size_t l = 0; l < c.style.size(); ++l) {
      for (std::size_t r = 0; r < c.guide.regions.size(); ++r)
        found[k][l][r] = style_target<T>(sums[l][r], map_area(picture.shape(), c.style[l]).count(), context);
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

#define IMPASTO_INSTANTIATE(T)                                                                               \
  template void check_size(const Compared<T>&, const Shape&);                                                \
  template void check_style_size(const Compared<T>&, const Shape&);                                          \
  template Targets<T> measure_targets(const Compared<T>&, const Scene<T>&, const std::vector<Window>&, bool, \
                                      const Context&);
IMPASTO_INSTANTIATE(float)
IMPASTO_INSTANTIATE(double)
#undef IMPASTO_INSTANTIATE

}  // namespace impasto::IMPASTO_ABI
