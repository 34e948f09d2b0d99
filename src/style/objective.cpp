#include "style/objective.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/say.h"
#include "style/energy.h"
#include "style/feature_requests.h"
#include "style/style_loss.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Sum over positions and channels of (F - mean over positions)^2, for a map H x W x C.
template <class T>
double spatial_energy(const Tensor<T>& map) {
  const Index C = map.shape()[2], P = map.shape().count() / C;
  std::vector<double> mean(static_cast<std::size_t>(C), 0.0);
  for (Index i = 0; i < P * C; ++i)
    mean[static_cast<std::size_t>(i % C)] += static_cast<double>(map[i]) / static_cast<double>(P);
  double sum = 0;
  for (Index i = 0; i < P * C; ++i) {
    const double difference = static_cast<double>(map[i]) - mean[static_cast<std::size_t>(i % C)];
    sum += difference * difference;
  }
  return sum;
}

// What the network sees of a fixed picture at `layers`.
template <class T>
std::vector<Tensor<T>> maps_of(const Vgg19<T>& network, const NetworkOptions& how, const Tensor<T>& picture,
                               const std::vector<LayerWeight>& layers, const Context& context) {
  Tape<T> tape(context);
  std::vector<Id> ids(layers.size());
  network.read(tape, tape.constant(picture.view(), "picture"), requests_of(layers, false), how,
               [&](std::size_t k, Id map, Index, Id) {
                 tape.keep(map);
                 ids[k] = map;
               });
  tape.set_observer([&](Id, Sight, std::span<const T>) { stop_if_asked(context); });
  tape.forward();
  std::vector<Tensor<T>> maps;
  for (const Id id : ids) {
    maps.emplace_back(tape.shape(id), context);
    const std::span<const T> seen = tape.value(id);
    std::copy(seen.begin(), seen.end(), maps.back().data());
  }
  return maps;
}

// One region, which every style has everywhere.
Guide unguided(std::size_t styles) {
  Guide guide;
  guide.regions.emplace_back();
  guide.regions.front().styles.resize(styles);
  return guide;
}

}  // namespace

template <class T>
Objective<T>::Objective(const Vgg19<T>& network, const NetworkWeights& weights, const Options& options,
                        const Scene<T>& scene, const Context& context, const std::vector<std::size_t>& watched)
    : tape_(context), watched_(watched.size()) {
  const NetworkOptions how{options.pooling.value_or(weights.pooling), options.padding.value_or(weights.padding),
                           options.preprocess == Preprocess::literal};
  const Guide everywhere = unguided(scene.styles.size());
  content_targets_ = maps_of(network, how, scene.content, options.content_layers, context);
  StyleLoss<T> style_loss(network, how, options, scene, scene.guide == nullptr ? everywhere : *scene.guide, constants_,
                          context);
  record_picture(scene);
  std::vector<FeatureRequest> requests = requests_of(options.content_layers, false);
  const std::size_t contents = requests.size();
  for (const FeatureRequest& request :
       requests_of(options.style_layers, style_loss.reads_gram(), options.statistic != StyleStatistic::gram))
    requests.push_back(request);
  const std::size_t terms = requests.size();
  for (const std::size_t layer : watched) requests.push_back({layer});
  const Index M = scene.content.shape()[0] * scene.content.shape()[1];
  network.read(tape_, painted_, requests, how, [&](std::size_t k, Id value, Index positions, Id sums) {
    if (k < contents) {
      add_term(false, options.content_layers[k].layer, record_content(options, k, value), content_);
    } else if (k >= terms) {
      watched_[k - terms] = value;
    } else {
      const Id loss = style_loss.record(tape_, k - contents, value, sums, positions, M);
      if (loss.index >= 0) add_term(true, options.style_layers[k - contents].layer, loss, style_);
    }
  });
  style_loss.check_regions();
  if (options.tv_weight != 0) record_smoothness(options, scene);
  for (const Id part : {content_, style_, tv_}) {
    if (part.index < 0) continue;
    tape_.keep(part);
    total_ = total_.index < 0 ? part : add(tape_, total_, part);
  }
  tape_.set_loss(total_);
  tape_.plan();
}

template <class T>
Id Objective<T>::hold(Tensor<T> values, const std::string& name) {
  constants_.push_back(std::move(values));
  return tape_.constant(constants_.back().view(), name);
}

template <class T>
void Objective<T>::add_term(bool style, const std::string& layer, Id term, Id& sum) {
  tape_.keep(term);
  terms_.push_back({{layer, style, 0}, term});
  sum = sum.index < 0 ? term : add(tape_, sum, term);
}

// The variable, and over it what is protected of the original.
template <class T>
void Objective<T>::record_picture(const Scene<T>& scene) {
  const Shape shape = scene.content.shape();
  picture_ = painted_ = tape_.variable(shape, "picture");
  if (scene.protect.empty()) return;
  const Tensor<T>& original = scene.original.empty() ? scene.content : scene.original;
  const Id kept = hold(original.clone(), "original");
  const Id mask = hold(resize_map(scene.protect, shape[0], shape[1]).template as<T>(), "protect");
  painted_ = blend(tape_, picture_, kept, mask);
  tape_.keep(painted_);
}

// normalised: sum_l w_l / sum w  sum (F - P)^2 / sum (P - mean P)^2;  mean: sum_l w_l mean (F - P)^2;
// tutorial: sum_l w_l sum (F - P)^2 / (2 M N)
template <class T>
Id Objective<T>::record_content(const Options& options, std::size_t layer, Id map) {
  const Tensor<T>& P = content_targets_[layer];
  const Index count = P.shape().count();
  const double M = static_cast<double>(tape_.shape(picture_)[0] * tape_.shape(picture_)[1]), N = 3;
  const double weight = options.content_weight * options.content_layers[layer].weight *
                        layer_share(options.loss_scale, options.content_layers);
  double factor = 1 / (2 * M * N);
  if (options.loss_scale == LossScale::mean) factor = 1 / static_cast<double>(count);
  if (options.loss_scale == LossScale::normalised)
    factor = inverse_energy(spatial_energy(P), energy<T>(P.values()), 1e-6, count);
  return squared_error(tape_, map, tape_.constant(P.view(), "content target"), static_cast<T>(weight * factor),
                       static_cast<T>(options.normalise_gradients ? weight : 0));
}

template <class T>
void Objective<T>::record_smoothness(const Options& options, const Scene<T>& scene) {
  const Shape shape = scene.content.shape();
  const double share = options.loss_scale == LossScale::tutorial ? 1 : 1 / static_cast<double>(shape.count());
  Id weights;
  if (!scene.smooth.empty()) weights = hold(resize_map(scene.smooth, shape[0], shape[1]).template as<T>(), "smooth");
  tv_ = total_variation(tape_, painted_, static_cast<T>(options.tv_weight * share), weights);
}

template <class T>
Losses Objective<T>::evaluate() {
  tape_.forward();
  tape_.backward();
  const auto read = [&](Id id) { return id.index < 0 ? 0.0 : static_cast<double>(tape_.value(id)[0]); };
  return {read(total_), read(content_), read(style_), read(tv_)};
}

template <class T>
std::vector<LayerLoss> Objective<T>::layer_losses() {
  std::vector<LayerLoss> losses;
  for (const Term& term : terms_) {
    losses.push_back(term.layer);
    losses.back().loss = static_cast<double>(tape_.value(term.id)[0]);
  }
  return losses;
}

template class Objective<float>;
template class Objective<double>;

}  // namespace impasto::IMPASTO_ABI
