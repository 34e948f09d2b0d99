#include "style/placement.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "model/vgg_layers.h"

namespace impasto::IMPASTO_ABI {

Placement place(const Tensor<float>& region, const Tensor<float>& protect, const Area& map) {
  if (region.empty() && protect.empty()) return {true};
  const Index P = map.count();
  std::vector<double> weights(static_cast<std::size_t>(P), 1.0);
  const auto multiply = [&](const Tensor<float>& by, bool inverse) {
    if (by.empty()) return;
    const Tensor<float> resized = resize_map(by, map.height, map.width);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double value = static_cast<double>(resized[static_cast<Index>(i)]);
      weights[i] *= inverse ? 1 - value : value;
    }
  };
  multiply(region, false);
  multiply(protect, true);
  constexpr double kNothing = 1e-4;
  double area = 0;
  bool everywhere = true;
  for (double& weight : weights) {
    if (weight < kNothing) weight = 0;
    area += weight;
    everywhere = everywhere && weight == 1;
  }
  if (area < 1) return {};
  if (everywhere) return {true};
  auto placed = std::make_shared<PositionWeights>();
  for (Index i = 0; i < P; ++i) {
    const double weight = weights[static_cast<std::size_t>(i)];
    if (weight == 0) continue;
    placed->positions.push_back(i);
    placed->weights.push_back(weight * static_cast<double>(P) / area);
  }
  return {true, placed};
}

Placement Placement::within(const Area& core, Index width) const {
  if (!exists || weights == nullptr) return *this;
  const std::vector<Index>& all = weights->positions;
  auto placed = std::make_shared<PositionWeights>();
  for (Index row = 0; row < core.height; ++row) {
    const Index begin = (core.top + row) * width + core.left;
    for (auto at = std::lower_bound(all.begin(), all.end(), begin); at != all.end() && *at < begin + core.width; ++at) {
      placed->positions.push_back(row * core.width + *at - begin);
      placed->weights.push_back(weights->weights[static_cast<std::size_t>(at - all.begin())]);
    }
  }
  return {!placed->positions.empty(), placed};
}

template <class T>
bool is_plain(const Scene<T>& scene, const Guide& guide) {
  const std::span<const float> protect = scene.protect.values();
  return std::all_of(protect.begin(), protect.end(), [](float value) { return value == 0; }) &&
         std::all_of(guide.regions.begin(), guide.regions.end(),
                     [](const Region& region) { return is_everywhere(region.content); });
}

template <class T>
std::vector<double> painted_shares(const Scene<T>& scene, const Guide& guide) {
  std::vector<double> shares;
  double total = 0;
  const Index H = scene.content.shape()[0], W = scene.content.shape()[1];
  Tensor<float> protect;
  if (!scene.protect.empty()) protect = resize_map(scene.protect, H, W);
  for (const Region& region : guide.regions) {
    double area = region.share;
    if (!protect.empty()) {
      Tensor<float> map({H, W}, 1.0F);
      if (!region.content.empty()) map = resize_map(region.content, H, W);
      area = 0;
      for (Index i = 0; i < H * W; ++i) area += static_cast<double>(map[i]) * (1 - static_cast<double>(protect[i]));
    }
    shares.push_back(area);
    total += area;
  }
  require(scene.protect.empty() || total >= 1, ErrorCode::input,
          "the protected part is the whole picture; leave something of that mask black, to be painted");
  for (double& share : shares) share /= total;
  return shares;
}

template <class T>
void check_regions(const Scene<T>& scene, const Guide& guide, const std::vector<std::size_t>& layers) {
  const std::vector<double> shares = painted_shares(scene, guide);
  const auto exists = [](const Tensor<float>& region, const Tensor<float>& protect, const Shape& picture,
                         std::size_t layer) { return place(region, protect, map_area(picture, layer)).exists; };
  for (std::size_t r = 0; r < guide.regions.size(); ++r) {
    const Region& region = guide.regions[r];
    if (shares[r] < kSmallestRegion || layers.empty()) continue;  // what is protected is not painted in any style
    const bool used = std::any_of(layers.begin(), layers.end(), [&](std::size_t layer) {
      bool has_target = false;
      for (std::size_t k = 0; k < scene.styles.size(); ++k)
        has_target = has_target || exists(region.styles[k], {}, scene.styles[k].picture.shape(), layer);
      return has_target && exists(region.content, scene.protect, scene.content.shape(), layer);
    });
    require(used, ErrorCode::input, "the content mask's region ", region.name,
            " is smaller than one position of every style layer, on the content or on its ",
            "styles; make it larger, paint larger, or use shallower layers");
  }
}

#define IMPASTO_INSTANTIATE(T)                                                \
  template bool is_plain(const Scene<T>&, const Guide&);                      \
  template std::vector<double> painted_shares(const Scene<T>&, const Guide&); \
  template void check_regions(const Scene<T>&, const Guide&, const std::vector<std::size_t>&);
IMPASTO_INSTANTIATE(float)
IMPASTO_INSTANTIATE(double)
#undef IMPASTO_INSTANTIATE

}  // namespace impasto::IMPASTO_ABI
