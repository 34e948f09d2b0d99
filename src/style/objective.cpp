#include "style/objective.h"

#include <algorithm>

#include "base/check.h"

namespace impasto {
namespace {

// Sum of squares, in double.
template <class T>
double energy(const Tensor<T>& values) {
  double sum = 0;
  for (const T value : values.values()) sum += static_cast<double>(value) * static_cast<double>(value);
  return sum;
}

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

// A target without energy (a flat picture) would divide by zero: its error then counts per value.
double inverse(double energy, Index count) { return 1 / (energy > 0 ? energy : static_cast<double>(count)); }

double total_weight(const std::vector<LayerWeight>& layers) {
  double sum = 0;
  for (const LayerWeight& layer : layers) sum += layer.weight;
  return sum;
}

template <class T>
void copy_to(std::span<const T> from, Tensor<T>& to) {
  std::copy(from.begin(), from.end(), to.data());
}

}  // namespace

// Records the network on some picture and reads features or Gram matrices from it.
template <class T>
struct Objective<T>::Recorder {
  const Vgg19<T>& network;
  const Options& options;
  Pooling pooling;
  const Context& context;

  std::vector<Id> record(Tape<T>& tape, Id picture, const std::vector<LayerWeight>& layers) const {
    std::vector<std::size_t> wanted(layers.size());
    std::transform(layers.begin(), layers.end(), wanted.begin(),
                   [](const LayerWeight& layer) { return find_layer(layer.layer); });
    return network.record(tape, picture, wanted, pooling, options.preprocess == Preprocess::literal);
  }

  // Values at `layers` for a fixed picture; `gram`: their Gram matrices instead. `positions` gets H W of each map.
  std::vector<Target> targets(const Tensor<T>& picture, const std::vector<LayerWeight>& layers, bool gram,
                              std::vector<Index>& positions) const {
    Tape<T> tape(context);
    std::vector<Id> maps = record(tape, tape.constant(picture.view(), "picture"), layers), values = maps;
    for (Id& id : values) {
      if (gram) id = gram_matrix(tape, id);
      tape.keep(id);
    }
    tape.forward();
    std::vector<Target> found;
    for (std::size_t k = 0; k < layers.size(); ++k) {
      found.push_back({find_layer(layers[k].layer), 0, Tensor<T>(tape.shape(values[k]))});
      copy_to<T>(tape.value(values[k]), found.back().values);
      positions.push_back(tape.shape(maps[k])[0] * tape.shape(maps[k])[1]);
    }
    return found;
  }
};

template <class T>
Objective<T>::Objective(const Vgg19<T>& network, const NetworkWeights& weights, const Options& options,
                        const Tensor<T>& content, const Tensor<T>& style, const Context& context)
    : tape_(context) {
  const Recorder recorder{network, options, options.pooling.value_or(weights.pooling), context};
  const bool normalised = options.loss_scale == LossScale::normalised;
  const Shape size = content.shape();
  const double M = static_cast<double>(size[0] * size[1]), N = 3;

  std::vector<Index> content_positions, style_positions;
  content_targets_ = recorder.targets(content, options.content_layers, false, content_positions);
  style_targets_ = recorder.targets(style, options.style_layers, true, style_positions);

  picture_ = tape_.variable(size, "picture");
  std::vector<LayerWeight> all = options.content_layers;
  all.insert(all.end(), options.style_layers.begin(), options.style_layers.end());
  const std::vector<Id> maps = recorder.record(tape_, picture_, all);

  const auto sum_terms = [&](Id sum, Id term) { return sum.index < 0 ? term : add(tape_, sum, term); };
  const double content_share = normalised ? 1 / total_weight(options.content_layers) : 1 / (2 * M * N);
  for (std::size_t k = 0; k < content_targets_.size(); ++k) {
    Target& target = content_targets_[k];
    target.factor = options.content_weight * options.content_layers[k].weight * content_share;
    if (normalised) target.factor *= inverse(spatial_energy(target.values), target.values.shape().count());
    const Id goal = tape_.constant(target.values.view(), "content target");
    content_ = sum_terms(content_, squared_error(tape_, maps[k], goal, static_cast<T>(target.factor)));
  }
  const double style_share = normalised ? 1 / total_weight(options.style_layers) : 1 / (4 * M * M * N * N);
  for (std::size_t k = 0; k < style_targets_.size(); ++k) {
    Target& target = style_targets_[k];
    const Id map = maps[content_targets_.size() + k];
    // Gram matrices grow with the number of positions: the target is brought to the painting's.
    const double ratio =
        static_cast<double>(tape_.shape(map)[0] * tape_.shape(map)[1]) / static_cast<double>(style_positions[k]);
    if (ratio != 1)
      std::for_each(target.values.values().begin(), target.values.values().end(),
                    [=](T& v) { v *= static_cast<T>(ratio); });
    target.factor = options.style_weight * options.style_layers[k].weight * style_share;
    if (normalised) target.factor *= inverse(energy(target.values), target.values.shape().count());
    const Id goal = tape_.constant(target.values.view(), "style target");
    style_ = sum_terms(style_, squared_error(tape_, gram_matrix(tape_, map), goal, static_cast<T>(target.factor)));
  }
  if (options.tv_weight != 0) {
    const double factor = options.tv_weight / (normalised ? static_cast<double>(size.count()) : 1);
    tv_ = total_variation(tape_, picture_, static_cast<T>(factor));
  }
  for (const Id part : {content_, style_, tv_}) {
    if (part.index < 0) continue;
    tape_.keep(part);
    total_ = sum_terms(total_, part);
  }
  tape_.set_loss(total_);
  tape_.plan();
}

template <class T>
Losses Objective<T>::evaluate() {
  tape_.forward();
  tape_.backward();
  const auto read = [&](Id id) { return id.index < 0 ? 0.0 : static_cast<double>(tape_.value(id)[0]); };
  return {read(total_), read(content_), read(style_), read(tv_)};
}

template class Objective<float>;
template class Objective<double>;

}  // namespace impasto
