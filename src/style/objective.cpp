#include "style/objective.h"

#include <algorithm>

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

// A target without energy (a flat picture, up to rounding) would divide by nothing: its error then counts per value.
// `whole`: the energy before a mean was taken off, which sets the size of rounding errors.
double inverse(double energy, double whole, Index count) {
  constexpr double kRounding = 1e-6;
  return 1 / (energy > kRounding * whole ? energy : static_cast<double>(count));
}

double total_weight(const std::vector<LayerWeight>& layers) {
  double sum = 0;
  for (const LayerWeight& layer : layers) sum += layer.weight;
  return sum;
}

Index positions_of(const Shape& map) { return map[0] * map[1]; }

}  // namespace

// Records the network on some picture and reads features or Gram matrices from it.
template <class T>
struct Objective<T>::Recorder {
  const Vgg19<T>& network;
  const Options& options;
  Pooling pooling;
  const Context& context;

  static void add_readings(std::vector<Reading>& readings, const std::vector<LayerWeight>& layers, bool gram) {
    for (const LayerWeight& layer : layers) readings.push_back({find_layer(layer.layer), gram});
  }

  void read(Tape<T>& tape, Id picture, std::span<const Reading> readings,
            const typename Vgg19<T>::Reader& reader) const {
    network.read(tape, picture, readings, pooling, options.preprocess == Preprocess::literal, reader);
  }

  // What the network sees of a fixed picture at `layers`: features, or their Gram matrices.
  std::vector<Target> targets(const Tensor<T>& picture, const std::vector<LayerWeight>& layers, bool gram) const {
    Tape<T> tape(context);
    std::vector<Reading> readings;
    add_readings(readings, layers, gram);
    std::vector<Target> found(layers.size());
    std::vector<Id> values(layers.size());
    read(tape, tape.constant(picture.view(), "picture"), readings, [&](std::size_t k, Id value, Index positions) {
      tape.keep(value);
      values[k] = value;
      found[k].positions = positions;
    });
    tape.forward();
    for (std::size_t k = 0; k < layers.size(); ++k) {
      found[k].values = Tensor<T>(tape.shape(values[k]));
      const std::span<const T> seen = tape.value(values[k]);
      std::copy(seen.begin(), seen.end(), found[k].values.data());
    }
    return found;
  }
};

template <class T>
Objective<T>::Objective(const Vgg19<T>& network, const NetworkWeights& weights, const Options& options,
                        const Scene<T>& scene, const Context& context)
    : tape_(context) {
  const Tensor<T>& content = scene.content;
  const Tensor<T>& style = scene.styles.front().picture;
  const Recorder recorder{network, options, options.pooling.value_or(weights.pooling), context};
  content_targets_ = recorder.targets(content, options.content_layers, false);
  style_targets_ = recorder.targets(style, options.style_layers, true);

  picture_ = painted_ = tape_.variable(content.shape(), "picture");
  std::vector<Reading> readings;
  Recorder::add_readings(readings, options.content_layers, false);
  Recorder::add_readings(readings, options.style_layers, true);
  const std::size_t contents = options.content_layers.size();
  recorder.read(tape_, picture_, readings, [&](std::size_t k, Id value, Index positions) {
    if (k < contents) {
      record_content(options, k, value);
    } else {
      record_style(options, k - contents, value, positions);
    }
  });
  if (options.tv_weight != 0) {
    const bool normalised = options.loss_scale == LossScale::normalised;
    const double share = normalised ? 1 / static_cast<double>(content.shape().count()) : 1;
    tv_ = total_variation(tape_, picture_, static_cast<T>(options.tv_weight * share));
  }
  for (const Id part : {content_, style_, tv_}) {
    if (part.index < 0) continue;
    tape_.keep(part);
    add_to(total_, part);
  }
  tape_.set_loss(total_);
  tape_.prepare();
}

template <class T>
void Objective<T>::add_to(Id& sum, Id term) {
  sum = sum.index < 0 ? term : add(tape_, sum, term);
}

// normalised: sum_l w_l / sum w  sum (F - P)^2 / sum (P - mean P)^2;  tutorial: sum_l w_l sum (F - P)^2 / (2 M N)
template <class T>
void Objective<T>::record_content(const Options& options, std::size_t layer, Id map) {
  const bool normalised = options.loss_scale == LossScale::normalised;
  const double M = static_cast<double>(positions_of(tape_.shape(picture_))), N = 3;
  const double share = normalised ? 1 / total_weight(options.content_layers) : 1 / (2 * M * N);
  const Tensor<T>& P = content_targets_[layer].values;
  double factor = options.content_weight * options.content_layers[layer].weight * share;
  if (normalised) factor *= inverse(spatial_energy(P), energy(P), P.shape().count());
  add_to(content_, squared_error(tape_, map, tape_.constant(P.view(), "content target"), static_cast<T>(factor)));
}

// normalised: sum_l w_l / sum w  sum (G - A)^2 / sum A^2;  tutorial: sum_l w_l sum (G - A)^2 / (4 M^2 N^2)
template <class T>
void Objective<T>::record_style(const Options& options, std::size_t layer, Id gram, Index positions) {
  const bool normalised = options.loss_scale == LossScale::normalised;
  const double M = static_cast<double>(positions_of(tape_.shape(picture_))), N = 3;
  const double share = normalised ? 1 / total_weight(options.style_layers) : 1 / (4 * M * M * N * N);
  Tensor<T>& A = style_targets_[layer].values;
  // Gram matrices grow with the number of positions: the target is brought to the painting's.
  const double ratio = static_cast<double>(positions) / static_cast<double>(style_targets_[layer].positions);
  for (T& value : A.values()) value *= static_cast<T>(ratio);
  double factor = options.style_weight * options.style_layers[layer].weight * share;
  if (normalised) factor *= inverse(energy(A), 0, A.shape().count());
  add_to(style_, squared_error(tape_, gram, tape_.constant(A.view(), "style target"), static_cast<T>(factor)));
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
  for (const Term& term : terms_)
    losses.push_back({term.layer, term.style, static_cast<double>(tape_.value(term.id)[0])});
  return losses;
}

template class Objective<float>;
template class Objective<double>;

}  // namespace impasto
