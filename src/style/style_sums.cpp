#include "style/style_sums.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "style/digest.h"
#include "style/loss.h"
#include "style/run_forward.h"
#include "style/style_cache_state.h"

namespace impasto::IMPASTO_ABI {
namespace {

// The statistics of one style picture, summed over its windows.
template <class T>
class StyleMeasurement {
 public:
  StyleMeasurement(const Compared<T>& compared, const Tensor<T>& picture, std::size_t style, const Context& context)
      : c_(compared),
        picture_(picture),
        context_(context),
        sums_(c_.style.size(), std::vector<RegionSums>(c_.guide.regions.size())) {
    const auto& regions = c_.guide.regions;
    unguided_ =
        std::all_of(regions.begin(), regions.end(), [&](const Region& r) { return is_everywhere(r.styles[style]); });
    for (const std::size_t layer : c_.style) {
      placements_.emplace_back();
      for (const Region& region : regions) {
        placements_.back().push_back(unguided_ ? Placement{true}
                                               : place(region.styles[style], {}, map_area(picture.shape(), layer)));
      }
    }
  }

  void add_window(const Window& window);
  const StyleSums& sums() const { return sums_; }

 private:
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
  StyleSums sums_;
};

template <class T>
void StyleMeasurement<T>::record(Tape<T>& tape, Id picture, const Window& window, std::vector<Part>& parts) {
  std::vector<FeatureRequest> requests;
  for (const std::size_t layer : c_.style) requests.push_back({layer, unguided_, c_.has_means()});
  c_.network.read(tape, picture, requests, c_.how_at(window), [&](std::size_t l, Id value, Index, Id sums) {
    MomentIds everywhere{unguided_ ? value : Id{}, sums};
    const Area core = window.core_of_whole(c_.style[l]);
    const Index width = map_area(picture_.shape(), c_.style[l]).width;
    for (std::size_t r = 0; r < c_.guide.regions.size(); ++r) {
      const Placement placement = placements_[l][r].within(core, width);
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
  record(tape, tape.constant(pixels_at(picture_, window.area, pixels, context_), "style picture"), window, parts);
  run_forward(tape, context_);
  const auto add = [&](Id id, std::vector<double>& to) {
    if (id.index < 0) return;
    const std::span<const T> values = tape.value(id);
    to.resize(values.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) to[i] += static_cast<double>(values[i]);
  };
  for (const Part& part : parts) {
    RegionSums& sums = sums_[part.layer][part.region];
    add(part.ids.gram, sums.gram);
    add(part.ids.sum, sums.sum);
  }
}

template <class T>
StyleSums measured(const Compared<T>& c, const Tensor<T>& picture, std::size_t k, const Context& context) {
  StyleMeasurement<T> measurement(c, picture, k, context);
  const std::size_t deepest = *std::max_element(c.style.begin(), c.style.end());
  for (const Window& window :
       make_windows(picture.shape()[0], picture.shape()[1], Index{c.options.region_size}, deepest, c.architecture))
    measurement.add_window(window);
  return measurement.sums();
}

// All that the sums follow from, beside the picture and its masks.
template <class T>
std::string circumstances(const Compared<T>& c, const std::string& weights, const Context& context) {
  std::string layers;
  for (const std::size_t layer : c.style) layers += std::to_string(layer) + " ";
  return text(weights, "; ", layers, "; ", c.has_means(), "; ", to_string(*c.how.pooling), "; ",
              to_string(*c.how.padding), "; ", c.how.literal, "; ", c.options.region_size, "; ",
              to_string(context.target()), "; ", to_string(context.convolution()));
}

}  // namespace

template <class T>
StyleSums style_sums(const Compared<T>& c, const Scene<T>& scene, std::size_t k, const Context& context) {
  const Tensor<T>& picture = scene.styles[k].picture;
  if constexpr (std::is_same_v<T, float>) {
    if (scene.style_cache != nullptr) {
      const std::string key =
          digest_of_style(picture, c.guide, k, circumstances(c, scene.weights_digest, context), context);
      return scene.style_cache->state().sums(key, c.style.size(), c.guide.regions.size(),
                                             [&] { return measured(c, picture, k, context); });
    }
  }
  return measured(c, picture, k, context);
}

template <class T>
StyleTarget style_target(const RegionSums& sums, Index positions, const Context& context) {
  if (sums.gram.empty()) return {};
  const double P = static_cast<double>(positions);
  const bool has_means = !sums.sum.empty();
  Tape<T> tape(context);
  const Index C = static_cast<Index>(std::lround(std::sqrt(static_cast<double>(sums.gram.size()))));
  require(static_cast<std::size_t>(C * C) == sums.gram.size() &&
              (!has_means || static_cast<std::size_t>(C) == sums.sum.size()),
          ErrorCode::input, "a style cache holds ", sums.gram.size(), " products and ", sums.sum.size(),
          " sums of a layer's channels: it is damaged; delete it");
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
  if (has_means) {
    tape.keep(ids.matrix);
    tape.keep(ids.mean);
  }
  tape.forward();
  return {read(ids.matrix, has_means ? 1 : P), read(ids.mean, 1)};
}

#define IMPASTO_INSTANTIATE(T)                                                                     \
  template StyleSums style_sums(const Compared<T>&, const Scene<T>&, std::size_t, const Context&); \
  template StyleTarget style_target<T>(const RegionSums&, Index, const Context&);
IMPASTO_INSTANTIATE(float)
IMPASTO_INSTANTIATE(double)
#undef IMPASTO_INSTANTIATE

}  // namespace impasto::IMPASTO_ABI
