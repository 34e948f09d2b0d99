#include "impasto/inspect.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/half.h"
#include "lab/receptive_field.h"
#include "style/guide.h"
#include "style/painting_scale.h"
#include "style/start.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr int kTimed = 3;  // evaluations; the first touches new memory

const char* kind_name(NodeKind kind) {
  switch (kind) {
    case NodeKind::constant:
      return "constant";
    case NodeKind::input:
      return "input";
    case NodeKind::variable:
      return "variable";
    case NodeKind::output:
      return "output";
    case NodeKind::operation:
      break;
  }
  return "op";
}

std::optional<BufferPlace> place_of(const std::optional<PlannedBuffer>& buffer) {
  if (!buffer) return std::nullopt;
  return BufferPlace{buffer->bytes, buffer->offset, buffer->begin, buffer->end};
}

// All that a step begins with.
struct Bench {
  const Weights& weights;
  Options options;
  Context context;
  Guide guide;
  Scene<float> scene;
  Tensor<float> first;
  Vgg<float> network;

  Bench(Pictures pictures, const Weights& of, const Options& wanted, const Context& where)
      : weights(of), options(wanted), context(where), network(of.network()) {
    require(!pictures.content.empty(), ErrorCode::input, "the content picture is empty");
    if (pictures.styles.empty()) {
      options.style_layers.clear();
      options.colour = ColourMode::style;
      pictures.styles.push_back({.image = pictures.content});
    }
    validate(options, weights);
    options.region_size = 0;  // one tape to look at
    guide = make_guide(pictures);
    const PaintingSize size = painting_sizes(pictures.content, options).back();
    scene = make_scene(pictures, guide, options, size, context);
    first = make_start(scene.content, options, context);
  }
  Objective<float> objective(const Context& where, const std::vector<std::size_t>& watched) const {
    return Objective<float>(network, *weights.network(), options, scene, where, watched);
  }
};

std::vector<float> unpacked(std::span<const float> pairs_of_halves) {
  std::vector<float> numbers;
  for (const float pair : pairs_of_halves) {
    const auto bits = std::bit_cast<std::uint32_t>(pair);
    for (const int shift : {0, 16}) numbers.push_back(float_from_half(static_cast<std::uint16_t>(bits >> shift)));
  }
  return numbers;
}

void inspect_nodes(const Bench& bench, Inspection& found) {
  Objective<float> objective = bench.objective(bench.context, {});
  objective.prepare();
  std::copy(bench.first.values().begin(), bench.first.values().end(), objective.picture().begin());
  Tape<float>& tape = objective.tape();
  tape.set_profiling(true);
  for (int i = 1; i < kTimed; ++i) objective.evaluate();
  const std::vector<TapeNode> nodes = tape.nodes();
  const std::size_t count = nodes.size();
  std::vector<NumberSummary> values(count);
  std::vector<std::optional<NumberSummary>> gradients(count);
  tape.set_observer([&](Id id, Sight sight, std::span<const float> numbers) {
    const auto i = static_cast<std::size_t>(id.index);
    if (sight == Sight::value) {
      const bool is_packed = nodes[i].name == kOrientedTarget;
      values[i] = is_packed ? summarise(unpacked(numbers)) : summarise(numbers);
    } else {
      gradients[i] = summarise(numbers);
    }
  });
  found.losses = objective.evaluate();
  found.layer_losses = objective.layer_losses();
  found.arena_bytes = tape.plan().arena_bytes;
  found.unshared_bytes = tape.plan().unshared_bytes;
  for (const TapeNode& node : tape.nodes()) {
    InspectedNode one;
    one.index = static_cast<int>(found.nodes.size());
    one.kind = kind_name(node.kind);
    one.name = node.name;
    one.reason = node.reason;
    for (const Id id : node.inputs) one.inputs.push_back(id.index);
    for (int axis = 0; axis < node.shape.rank(); ++axis)
      one.shape.push_back(static_cast<std::size_t>(node.shape[axis]));
    one.value_place = place_of(node.value);
    one.gradient_place = place_of(node.gradient);
    one.forward_seconds = node.profile.forward_seconds;
    one.backward_seconds = node.profile.backward_seconds;
    one.forward_flops = node.profile.forward_flops;
    one.backward_flops = node.profile.backward_flops;
    one.value = values[found.nodes.size()];
    one.gradient = gradients[found.nodes.size()];
    found.nodes.push_back(std::move(one));
  }
}

std::vector<float> gram_per_position(const InspectedLayer& layer, const Context& context) {
  const Shape shape{layer.height, layer.width, layer.channels};
  Tape<float> tape(context);
  const Id map = tape.constant({layer.features.data(), shape}, layer.layer);
  const Id gram = scale(tape, gram_matrix(tape, map), 1 / static_cast<float>(layer.height * layer.width));
  tape.keep(gram);
  tape.forward();
  return {tape.value(gram).begin(), tape.value(gram).end()};
}

void inspect_layers(const Bench& bench, const std::vector<std::string>& names, Inspection& found) {
  if (names.empty()) return;
  std::vector<std::size_t> positions;
  const Architecture& of = bench.weights.network()->architecture;
  for (const std::string& name : names) positions.push_back(of.stand_in(find_layer(name, of)));
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  // Where ops are fused, a map's gradient does not stand in memory: what its Gram matrix adds stays inside an op.
  Objective<float> objective = bench.objective(bench.context.with_convolution(Convolution::im2col), positions);
  objective.prepare();
  std::copy(bench.first.values().begin(), bench.first.values().end(), objective.picture().begin());
  Tape<float>& tape = objective.tape();
  for (std::size_t k = 0; k < positions.size(); ++k) {
    const Shape shape = tape.shape(objective.watched()[k]);
    const ReceptiveField field = receptive_field(positions[k], of);
    found.layers.push_back({vgg_layers()[positions[k]].keras_name(),
                            field.size,
                            field.stride,
                            static_cast<int>(shape[0]),
                            static_cast<int>(shape[1]),
                            static_cast<int>(shape[2]),
                            {},
                            {},
                            {}});
  }
  tape.set_observer([&](Id id, Sight sight, std::span<const float> numbers) {
    for (std::size_t k = 0; k < positions.size(); ++k) {
      if (!(objective.watched()[k] == id)) continue;
      InspectedLayer& layer = found.layers[k];
      (sight == Sight::value ? layer.features : layer.gradient).assign(numbers.begin(), numbers.end());
    }
  });
  objective.evaluate();
  for (InspectedLayer& layer : found.layers) layer.gram = gram_per_position(layer, bench.context);
}

}  // namespace

NumberSummary summarise(std::span<const float> numbers) {
  NumberSummary s;
  s.minimum = std::numeric_limits<double>::infinity();
  s.maximum = -s.minimum;
  double sum = 0, zeros = 0;
  for (const float number : numbers) {
    if (!std::isfinite(number)) {
      ++s.not_finite;
      continue;
    }
    const double value = static_cast<double>(number);
    s.minimum = std::min(s.minimum, value);
    s.maximum = std::max(s.maximum, value);
    sum += value;
    zeros += value == 0 ? 1 : 0;
  }
  const double count = static_cast<double>(numbers.size() - s.not_finite);
  if (count == 0) return {.not_finite = s.not_finite};
  s.mean = sum / count;
  s.zeros = zeros / static_cast<double>(numbers.size());
  double squares = 0;
  for (const float number : numbers) {
    if (!std::isfinite(number)) continue;
    const double from_mean = static_cast<double>(number) - s.mean;
    squares += from_mean * from_mean;
  }
  s.deviation = std::sqrt(squares / count);
  return s;
}

Inspection inspect(const Pictures& pictures, const Weights& weights, const Options& options,
                   const std::vector<std::string>& layers, const Context& context) {
  return with_memory_error("inspecting a step", [&] {
    const Bench bench(pictures, weights, options, context);
    Inspection found;
    found.width = static_cast<int>(bench.first.shape()[1]);
    found.height = static_cast<int>(bench.first.shape()[0]);
    inspect_nodes(bench, found);
    inspect_layers(bench, layers, found);
    return found;
  });
}

}  // namespace impasto::IMPASTO_ABI
