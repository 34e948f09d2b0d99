#include "style/targets.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "base/ranges.h"
#include "style/energy.h"
#include "style/run_forward.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Energy of a content layer's map, added up over windows: as it is, and of what differs from its channels' means.
template <class T>
class MapEnergy {
 public:
  void add(std::span<const T> map, Index C, const Context& context);

  // normalised: 1 / sum (P - mean P)^2;  mean: 1 / count;  tutorial: 1 / (2 M N)
  double factor(LossScale scale, const Shape& picture) const {
    const double M = static_cast<double>(picture[0] * picture[1]), N = 3, P = static_cast<double>(positions_);
    const Index count = positions_ * static_cast<Index>(sums_.size() / 2);
    double whole = 0, spatial = 0;
    for (std::size_t i = 0; i < sums_.size(); i += 2) {
      whole += sums_[i + 1];
      spatial += sums_[i + 1] - sums_[i] * sums_[i] / P;
    }
    if (scale == LossScale::mean) return 1 / static_cast<double>(count);
    if (scale == LossScale::normalised) return inverse_energy(spatial, whole, 1e-6, count);
    return 1 / (2 * M * N);
  }

 private:
  Index positions_ = 0;
  std::vector<double> sums_;  // by channel: of its values, of their squares
};

template <class T>
void MapEnergy<T>::add(std::span<const T> map, Index C, const Context& context) {
  constexpr Index kSlices = 64;
  const Index positions = static_cast<Index>(map.size()) / C, slices = std::min(kSlices, positions);
  const std::size_t each = 2 * static_cast<std::size_t>(C);
  std::vector<double> parts(static_cast<std::size_t>(slices) * each);
  parallel_for(context, slices, [&](Index slice, int) {
    double* sums = parts.data() + static_cast<std::size_t>(slice) * each;
    const Index begin = piece_begin(positions, slice, slices), end = piece_begin(positions, slice + 1, slices);
    const T* x = map.data() + begin * C;
    for (Index p = begin; p < end; ++p, x += C) {
      for (Index c = 0; c < C; ++c) {
        const double value = static_cast<double>(x[c]);
        sums[2 * c] += value;
        sums[2 * c + 1] += value * value;
      }
    }
  });
  sums_.resize(each, 0.0);
  for (std::size_t i = 0; i < parts.size(); ++i) sums_[i % each] += parts[i];
  positions_ += positions;
}

// What the network sees of the content's window at the content layers is added to the energies; gives what a painting
// is compared with, if it is kept.
template <class T>
std::vector<Tensor<T>> measure_window(const Compared<T>& c, const Tensor<T>& picture, const Window& window, bool keeps,
                                      const Context& context, std::vector<MapEnergy<T>>& energies) {
  Tensor<T> pixels;
  Tape<T> tape(context);
  const Id seen = tape.constant(pixels_at(picture, window.area, pixels, context), "picture");
  const ContentMaps ids = record_content_maps(tape, c, window, seen, true);
  for (const Id id : ids.targets) tape.keep(id);
  run_forward(tape, context, [&](Id id, std::span<const T> values) {
    for (std::size_t k = 0; k < energies.size(); ++k) {
      if (ids.maps[k] == id) energies[k].add(values, tape.shape(id)[2], context);
    }
  });
  std::vector<Tensor<T>> kept;
  for (std::size_t k = 0; keeps && k < energies.size(); ++k) {
    kept.emplace_back(tape.shape(ids.targets[k]), context);
    for_ranges(context, kept.back().shape().count(),
               [from = tape.value(ids.targets[k]).data(), to = kept.back().data()](Index begin, Index end) {
                 std::copy(from + begin, from + end, to + begin);
               });
  }
  return kept;
}

template <class T>
void measure_content(const Compared<T>& c, const Scene<T>& scene, const std::vector<Window>& windows, bool keeps,
                     const Context& context, Targets<T>& targets) {
  std::vector<MapEnergy<T>> energies(c.content.size());
  for (const Window& window : windows) {
    std::vector<Tensor<T>> kept = measure_window(c, scene.content, window, keeps, context, energies);
    if (keeps) targets.content.push_back(std::move(kept));
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
