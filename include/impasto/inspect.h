// What one step computes, node by node: what an op reads and makes, where that lies and how long, what it costs, and
// what its numbers look like. And what the network's layers see.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "impasto/export.h"
#include "impasto/stylise.h"

namespace impasto::IMPASTO_ABI {

/// Of the finite ones among some numbers; deviation is the population's.
struct NumberSummary {
  double minimum = 0, mean = 0, maximum = 0, deviation = 0;
  double zeros = 0;            ///< share of exact zeros, 0..1
  std::size_t not_finite = 0;  ///< how many are infinite or not a number
};
IMPASTO_API NumberSummary summarise(std::span<const float> numbers);

/// A buffer in the step's arena. Times count ops: of n nodes, node i runs forward at i and backward at 2 n - i.
struct BufferPlace {
  std::size_t bytes = 0, offset = 0;
  int begin = 0, end = 0;  ///< both included; values that follow each other in place share one buffer and its life
};

/// A leaf, an op, or a further value of an op.
struct InspectedNode {
  int index = 0;
  std::string kind;    ///< "constant", "input", "variable", "op" or "output"
  std::string name;    ///< of an op: what it does, and the layer it belongs to
  std::string reason;  ///< why it is computed the way it is, where there is a choice: of a convolution
  std::vector<int> inputs;
  std::vector<std::size_t> shape;
  std::optional<BufferPlace> value_place, gradient_place;  ///< none for what lies outside the arena or is not needed
  double forward_seconds = 0, backward_seconds = 0;        ///< the shortest of three
  double forward_flops = 0, backward_flops = 0;            ///< as OpCost
  NumberSummary value;
  std::optional<NumberSummary> gradient;  ///< of the loss with respect to the value; none where it takes none
};

/// What a layer sees of the picture, after its ReLU or pooling.
struct InspectedLayer {
  std::string layer;        ///< Keras' name
  int receptive_field = 0;  ///< pixels a side that one value depends on
  int stride = 0;           ///< pixels between neighbours
  int height = 0, width = 0, channels = 0;
  std::vector<float> features;  ///< H x W x C
  std::vector<float> gradient;  ///< of the loss, H x W x C; empty where no loss depends on the layer
  std::vector<float> gram;      ///< C x C: sum over positions, divided by their number
};

struct Inspection {
  int width = 0, height = 0;  ///< of the picture
  Losses losses;
  std::vector<LayerLoss> layer_losses;
  std::vector<InspectedNode> nodes;  ///< in the order they run
  std::size_t arena_bytes = 0;
  std::size_t unshared_bytes = 0;  ///< what the arena would be if every buffer stood alone
  std::vector<InspectedLayer> layers;
};

/// Evaluates loss and gradient at what a painting starts from (Options::start; at its last scale), as a step does, to
/// the bit. `layers`, by any of their names, are looked at in a second evaluation by plain ops (Convolution::im2col),
/// where maps and their whole gradients stand in memory. Without styles there are only content terms.
/// Errors as Stylizer's; Error(diverged) as a context that checks numbers gives it.
/// Thread safety: any thread.
IMPASTO_API Inspection inspect(const Pictures& pictures, const Weights& weights, const Options& options,
                               const std::vector<std::string>& layers, const Context& context = Context());

/// Tables for people: the nodes with what matters most of each, the layers, the losses.
IMPASTO_API std::string inspection_text(const Inspection& inspection);
/// Everything about the nodes, a line each.
IMPASTO_API std::string nodes_csv(const Inspection& inspection);
/// Everything but the layers' numbers.
IMPASTO_API std::string inspection_json(const Inspection& inspection);
/// The graph, for Graphviz: values as boxes, gradients' way by thick edges.
IMPASTO_API std::string graph_dot(const Inspection& inspection);
/// The graph as a symbol of MXNet, which Netron shows.
IMPASTO_API std::string graph_json(const Inspection& inspection);

/// `values`: 0 black, the largest white, in square roots. `signed_values`: blue below 0, white at 0, red above.
enum class MosaicScale { values, signed_values };
/// The channels of a map, H x W x C, as tiles, row by row, all on one scale, whose ends are the 0.1 % beyond it;
/// channels that are 0 everywhere are dark blue (`values`). Maps above 128 pixels a side are shrunk. Throws
/// Error(usage) unless the numbers fit the shape.
IMPASTO_API Image mosaic(std::span<const float> map, int height, int width, int channels, MosaicScale scale);

/// A matrix C x C, entry by entry, in square roots of |entry| beside the largest: black, violet, orange, light yellow.
/// Small matrices are enlarged to about 512 pixels. Throws Error(usage) unless the numbers fit.
IMPASTO_API Image heat_map(std::span<const float> matrix, int side);

}  // namespace impasto::IMPASTO_ABI
