#include "style/style_loss.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/say.h"
#include "style/energy.h"
#include "style/feature_requests.h"

namespace impasto::IMPASTO_ABI {
namespace {

bool protects_nothing(const Tensor<float>& map) {
  return std::all_of(map.values().begin(), map.values().end(), [](float value) { return value == 0; });
}

// Where a region is on a map: not at all, or with weights whose mean is 1 (null: 1 everywhere).
struct Placement {
  bool exists = false;
  std::shared_ptr<const PositionWeights> weights = nullptr;
};

// `region` without what is protected, at the map's size. A region of less than one position says nothing.
Placement place(const Tensor<float>& region, const Tensor<float>& protect, const Shape& map) {
  if (region.empty() && protect.empty()) return {true};
  const Index P = map[0] * map[1];
  std::vector<double> weights(static_cast<std::size_t>(P), 1.0);
  const auto multiply = [&](const Tensor<float>& by, bool inverse) {
    if (by.empty()) return;
    const Tensor<float> resized = resize_map(by, map[0], map[1]);
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

// A map's Gram matrix (a sum over positions), or covariance and means (C).
struct StatisticIds {
  Id matrix;
  Id mean;
};

template <class T>
StatisticIds statistic_of(Tape<T>& tape, const MomentIds& moments, double positions) {
  if (moments.sum.index < 0) return {moments.gram, {}};
  const CovarianceIds both = covariance(tape, moments.gram, moments.sum, positions);
  return {both.covariance, both.mean};
}

template <class T>
StatisticIds record_statistic(Tape<T>& tape, StyleStatistic statistic, Id map, const Placement& placement,
                              double gradient_norm) {
  const bool sums = statistic != StyleStatistic::gram;
  const MomentIds moments = channel_moments(tape, map, {sums, placement.weights, gradient_norm});
  const Shape shape = tape.shape(map);
  return statistic_of(tape, moments, static_cast<double>(shape[0] * shape[1]));
}

// Shares of the regions in what is painted. All of one painting: 1.
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

// Says of a style what Vgg19::read would say of a picture: a narrow one may shrink to less than a layer needs.
void check_size(const Shape& style, const std::vector<FeatureRequest>& requests) {
  Index smallest = 1;
  for (const FeatureRequest& request : requests) smallest = std::max(smallest, smallest_side(request.layer));
  require(style[0] >= smallest && style[1] >= smallest, ErrorCode::input, "the style picture shrinks to ", style[1],
          " x ", style[0], " pixels, and the style layers need at least ", smallest, " x ", smallest,
          "; use a larger size or style size, a style less narrow, or shallower layers");
}

bool is_guided(const Guide& guide) {
  return std::any_of(guide.regions.begin(), guide.regions.end(),
                     [](const Region& region) { return !is_everywhere(region.content); });
}

}  // namespace

// The statistics of one style at one layer in one region.
template <class T>
struct StyleLoss<T>::Measured {
  std::size_t layer, region;
  double weight;
  std::vector<double> matrix, mean;
};

template <class T>
StyleLoss<T>::StyleLoss(const Vgg19<T>& network, const NetworkOptions& how, const Options& options,
                        const Scene<T>& scene, const Guide& guide, std::vector<Tensor<T>>& constants,
                        const Context& context)
    : options_(options),
      scene_(scene),
      guide_(guide),
      constants_(constants),
      reads_gram_(!options.normalise_gradients && !is_guided(guide) && protects_nothing(scene.protect)),
      shares_(painted_shares(scene, guide)),
      targets_(options.style_layers.size()),
      used_(guide.regions.size(), false) {
  std::vector<Measured> found;
  for (std::size_t k = 0; k < scene.styles.size(); ++k) measure(network, how, k, context, found);
  for (std::vector<Target>& layer : targets_) layer.resize(guide.regions.size());
  std::vector<std::vector<double>> totals(targets_.size(), std::vector<double>(guide.regions.size(), 0.0));
  for (const Measured& one : found) totals[one.layer][one.region] += one.weight;
  const auto add = [](std::vector<double>& to, const std::vector<double>& values, double share) {
    to.resize(values.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) to[i] += share * values[i];
  };
  for (const Measured& one : found) {
    const double share = one.weight / totals[one.layer][one.region];
    add(targets_[one.layer][one.region].matrix, one.matrix, share);
    add(targets_[one.layer][one.region].mean, one.mean, share);
  }
}

template <class T>
void StyleLoss<T>::measure(const Vgg19<T>& network, const NetworkOptions& how, std::size_t style,
                           const Context& context, std::vector<Measured>& found) {
  const auto& regions = guide_.regions;
  const bool gram = options_.statistic == StyleStatistic::gram;
  const bool unguided =
      std::all_of(regions.begin(), regions.end(), [&](const Region& r) { return is_everywhere(r.styles[style]); });
  Tape<T> tape(context);
  struct Kept {
    std::size_t layer, region;
    StatisticIds ids;
    double positions;  // that a sum is over
  };
  std::vector<Kept> kept;
  const Id picture = tape.constant(scene_.styles[style].picture.view(), "style picture");
  const auto requests = requests_of(options_.style_layers, unguided, !gram);
  check_size(scene_.styles[style].picture.shape(), requests);
  network.read(tape, picture, requests, how, [&](std::size_t layer, Id value, Index positions, Id sums) {
    StatisticIds everywhere;
    for (std::size_t r = 0; r < regions.size(); ++r) {
      StatisticIds ids = everywhere;
      if (!regions[r].styles[style].empty() || ids.matrix.index < 0) {
        if (unguided) {
          ids = statistic_of(tape, {value, sums}, static_cast<double>(positions));
        } else {
          const Placement placement = place(regions[r].styles[style], {}, tape.shape(value));
          if (!placement.exists) continue;
          ids = record_statistic(tape, options_.statistic, value, placement, 0);
        }
        if (regions[r].styles[style].empty()) everywhere = ids;
      }
      for (const Id id : {ids.matrix, ids.mean}) {
        if (id.index >= 0) tape.keep(id);
      }
      kept.push_back({layer, r, ids, gram ? static_cast<double>(positions) : 1.0});
    }
  });
  tape.set_observer([&](Id, Sight, std::span<const T>) { stop_if_asked(context); });
  tape.forward();
  const auto read = [&](Id id, double divisor) {
    std::vector<double> values;
    if (id.index < 0) return values;
    for (const T value : tape.value(id)) values.push_back(static_cast<double>(value) / divisor);
    return values;
  };
  for (const Kept& k : kept)
    found.push_back(
        {k.layer, k.region, scene_.styles[style].weight, read(k.ids.matrix, k.positions), read(k.ids.mean, 1)});
}

// factor |value - scale target|^2
template <class T>
Id StyleLoss<T>::against(Tape<T>& tape, Id value, const std::vector<double>& target, double scale, double factor) {
  Tensor<T> constant(tape.shape(value), tape.context());
  for (std::size_t i = 0; i < target.size(); ++i) constant[static_cast<Index>(i)] = static_cast<T>(scale * target[i]);
  constants_.push_back(std::move(constant));
  const Id wanted = tape.constant(constants_.back().view(), "style target");
  return squared_error(tape, value, wanted, static_cast<T>(factor));
}

template <class T>
Id StyleLoss<T>::record(Tape<T>& tape, std::size_t layer, Id value, Id sums, Index positions, Index M) {
  const LossScale scale = options_.loss_scale;
  const double weight =
      options_.style_weight * options_.style_layers[layer].weight * layer_share(scale, options_.style_layers);
  const double m = static_cast<double>(M), N = 3;
  Id sum;
  for (std::size_t r = 0; r < guide_.regions.size(); ++r)
    record_region(tape, layer, r, value, sums, positions, weight * shares_[r], 1 / (4 * m * m * N * N), sum);
  return sum;
}

// normalised: |G - A|^2 / |A|^2 + |m - n|^2 / |n|^2;  mean: |G - A|^2 / C^2 + |m - n|^2 / C;  both per position;
// tutorial: P^2 (|G - A|^2 + |m - n|^2) / (4 M^2 N^2)
template <class T>
void StyleLoss<T>::record_region(Tape<T>& tape, std::size_t layer, std::size_t region, Id value, Id sums,
                                 Index positions, double weight, double tutorial, Id& sum) {
  const Target& target = targets_[layer][region];
  if (!target.exists()) return;
  const bool gram = options_.statistic == StyleStatistic::gram;
  StatisticIds ids;
  if (reads_gram_) {
    ids = statistic_of(tape, {value, sums}, static_cast<double>(positions));
  } else {
    const Placement placement = place(guide_.regions[region].content, scene_.protect, tape.shape(value));
    if (!placement.exists) return;
    ids = record_statistic(tape, options_.statistic, value, placement, options_.normalise_gradients ? weight : 0);
  }
  used_[region] = true;
  const double P = static_cast<double>(positions), C = static_cast<double>(tape.shape(ids.matrix)[0]);
  const double scale = gram ? P : 1;  // of the matrix, which is a sum
  const auto add_term = [&](Id id, const std::vector<double>& wanted, double scaled, double size, double whole) {
    double factor = tutorial * (P / scaled) * (P / scaled);
    if (options_.loss_scale == LossScale::mean) factor = 1 / (size * scaled * scaled);
    if (options_.loss_scale == LossScale::normalised) {
      factor = inverse_energy(energy<double>(wanted), whole, 1e-10, static_cast<Index>(size)) / (scaled * scaled);
    }
    const Id term = against(tape, id, wanted, scaled, weight * factor);
    sum = sum.index < 0 ? term : add(tape, sum, term);
  };
  const double mean_energy = energy<double>(target.mean), matrix_energy = energy<double>(target.matrix);
  add_term(ids.matrix, target.matrix, scale, C * C, gram ? 0 : matrix_energy + mean_energy * mean_energy);
  if (options_.statistic == StyleStatistic::mean_covariance) add_term(ids.mean, target.mean, 1, C, 0);
}

template <class T>
void StyleLoss<T>::check_regions() const {
  for (std::size_t r = 0; r < used_.size(); ++r) {
    // What is protected is not painted in any style.
    require(used_[r] || shares_[r] < kSmallestRegion || options_.style_layers.empty(), ErrorCode::input,
            "the content mask's region ", guide_.regions[r].name,
            " is smaller than one position of every style layer, on the content or on its ",
            "styles; make it larger, paint larger, or use shallower layers");
  }
}

template class StyleLoss<float>;
template class StyleLoss<double>;

}  // namespace impasto::IMPASTO_ABI
