// Your own losses and networks: reverse-mode automatic differentiation on the tape that the painter runs on.
//
// A graph is recorded once and replayed many times. Recording checks shapes; the first replay plans one arena for all
// values and gradients, and from then on a replay allocates nothing.
//
//   impasto::Graph<float> graph;
//   const impasto::NodeId x = graph.input({1, 1, 1}), w = graph.variable({1, 1, 1, 1});
//   graph.set_loss(graph.squared_error(graph.conv2d(x, w), graph.constant({1, 1, 1}, {2.0f})));
//   graph.value(x)[0] = graph.value(w)[0] = 1;
//   graph.forward();
//   graph.backward();  // graph.gradient(w)[0] is now d loss / d w
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "impasto/context.h"
#include "impasto/export.h"
#include "impasto/optimisers.h"
#include "impasto/weights.h"

namespace impasto::IMPASTO_ABI {

/// Sizes of an array, at most four, each 1 or more, the last one fastest in memory; {} is a scalar. A map is
/// H x W x C, the weights of a convolution are kh x kw x C x K.
using Sizes = std::vector<std::ptrdiff_t>;

/// An array of a graph: a leaf, or what an op computes.
struct NodeId {
  std::int32_t index = -1;
  friend bool operator==(NodeId, NodeId) = default;
};

/// What the functions of your own op see during a replay; valid until they return. Slots count the inputs from 0;
/// another one is Error(usage).
template <class T>
class IMPASTO_API OpArrays {
 public:
  std::span<const T> in(int slot) const;
  /// The op's own value: forward writes all of it.
  std::span<T> out() const;
  /// Gradient of the loss with respect to the op's value; in backward only.
  std::span<const T> dout() const;
  /// Where the gradient of an input goes; empty when nobody needs it. In backward only.
  std::span<T> din(int slot) const;
  /// True: add to din(slot), which holds other ops' parts. False: write it, it holds nothing yet.
  bool accumulates(int slot) const;
  const Context& context() const;

 private:
  template <class>
  friend class Graph;
  int checked(int slot) const;
  OpArrays(const void* run, const std::vector<std::size_t>* counts) : run_(run), counts_(counts) {}
  const void* run_;
  const std::vector<std::size_t>* counts_;  // of the inputs, then of the value
};

/// An op of your own. Functions run once each in every replay, on the calling thread; what they throw passes through
/// and leaves the replay undone.
template <class T>
struct GraphOp {
  std::string name;
  std::vector<NodeId> inputs;
  Sizes sizes;  ///< of its value
  std::function<void(const OpArrays<T>&)> forward;
  std::function<void(const OpArrays<T>&)> backward;  ///< may be empty when no variable lies below
  std::vector<bool> reads_inputs;  ///< by slot: backward reads in(slot); a slot that is not listed is not read
  bool reads_output = false;       ///< backward reads out()
};

/// A graph over T = float or double. With double every convolution runs on the plain reference kernels, which is slow
/// and exact: for checking gradients.
/// Functions that take a NodeId throw Error(usage) for one of another graph's making as far as that can be seen, those
/// that record throw Error(input) when sizes do not fit and Error(usage) after the first replay.
/// Thread safety: one thread at a time per graph; a replay uses the context's threads itself, with the same bits for
/// any number of them.
template <class T>
class IMPASTO_API Graph {
 public:
  explicit Graph(const Context& context = Context());
  ~Graph();
  Graph(Graph&&) noexcept;
  Graph& operator=(Graph&&) noexcept;

  /// Leaves. A constant keeps its values; an input is filled through value() before each replay; a variable too, and
  /// takes a gradient. Both are 0 at first.
  NodeId constant(const Sizes& sizes, std::vector<T> values);
  NodeId input(const Sizes& sizes);
  NodeId variable(const Sizes& sizes);

  /// y[h,w,k] = sum_{i,j,c} x[h s + i - p, w s + j - p, c] weights[i,j,c,k]. `padding` says what x is beyond
  /// its edge, and how large y is.
  NodeId conv2d(NodeId x, NodeId weights, std::ptrdiff_t stride = 1, Padding padding = Padding::valid);
  /// y[h,w,c] = x[h,w,c] + b[c]
  NodeId bias(NodeId x, NodeId b);
  /// max(x, 0), with slope 0 at 0
  NodeId relu(NodeId x);
  /// Pools windows of size x size, `stride` apart, all inside the map. `pooling` is not none.
  NodeId pool(NodeId x, Pooling pooling, std::ptrdiff_t size = 2, std::ptrdiff_t stride = 2);
  /// G[a,b] = sum_{h,w} x[h,w,a] x[h,w,b]; C x C
  NodeId gram_matrix(NodeId x);
  /// factor sum (a - b)^2; a scalar
  NodeId squared_error(NodeId a, NodeId b, T factor = 1);
  /// factor (sum of the squared differences of neighbours, across and down); a scalar
  NodeId total_variation(NodeId x, T factor = 1);
  NodeId add(NodeId a, NodeId b);
  NodeId scale(NodeId x, T factor);
  /// Of all elements; a scalar.
  NodeId sum(NodeId x);
  NodeId record(const GraphOp<T>& op);
  /// Runs the network of `weights` on `picture` (H x W x 3 in the units of impasto::normalise) and gives the maps of
  /// the `layers`, by any of their names, after their ReLU or pooling. Throws Error(usage) for a layer that is not
  /// there, Error(input) for a picture that is too small for it.
  std::vector<NodeId> features(NodeId picture, const Weights& weights, const std::vector<std::string>& layers);

  Sizes sizes(NodeId id) const;
  /// value(id) will be readable after a replay; inputs, variables and the loss always are.
  void keep(NodeId id);
  /// The scalar that backward() differentiates. Throws Error(usage) for anything else.
  void set_loss(NodeId id);

  /// Bytes of the arena. Ends the recording.
  std::size_t planned_bytes();
  /// Computes all values. Throws Error(io) when memory does not suffice.
  void forward();
  /// Computes the gradient of the loss at every variable, once after each forward(), whose values it uses up. Throws
  /// Error(usage) without a loss or without a forward() before it.
  void backward();

  /// The loss of the last replay. Throws Error(usage) when there is none.
  T loss();
  /// Of an input or a variable at any time, to be written too; of the loss and of kept nodes after a replay. Throws
  /// Error(usage) for others.
  std::span<T> value(NodeId id);
  /// Of a variable, from backward() to the next forward(); 0 where the loss does not depend on it.
  std::span<const T> gradient(NodeId id) const;
  /// Whether variable() made it.
  bool is_variable(NodeId id) const;
  const Context& context() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Adam on some variables of a graph, which must outlive it and not be moved.
template <class T>
class IMPASTO_API GraphAdam {
 public:
  /// Throws Error(usage) for a node that is no variable.
  GraphAdam(Graph<T>& graph, const std::vector<NodeId>& variables, const AdamOptions& options = {});
  ~GraphAdam();
  GraphAdam(GraphAdam&&) noexcept;
  GraphAdam& operator=(GraphAdam&&) noexcept;

  /// forward(), backward(), and one update of the variables. Gives the loss before it. Throws Error(diverged), leaving
  /// the variables as they were, when the loss is not finite.
  double step();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

extern template class IMPASTO_API OpArrays<float>;
extern template class IMPASTO_API OpArrays<double>;
extern template class IMPASTO_API Graph<float>;
extern template class IMPASTO_API Graph<double>;
extern template class IMPASTO_API GraphAdam<float>;
extern template class IMPASTO_API GraphAdam<double>;

}  // namespace impasto::IMPASTO_ABI
