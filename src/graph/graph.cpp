#include "impasto/graph.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {
namespace {

Shape shape_of(const Sizes& s) {
  switch (s.size()) {
    case 0:
      return {};
    case 1:
      return {s[0]};
    case 2:
      return {s[0], s[1]};
    case 3:
      return {s[0], s[1], s[2]};
    case 4:
      return {s[0], s[1], s[2], s[3]};
    default:
      fail(ErrorCode::input, "an array of ", s.size(), " sizes was asked for; a graph holds up to 4");
  }
}

}  // namespace

template <class T>
int OpArrays<T>::checked(int slot) const {
  const int inputs = static_cast<int>(counts_->size()) - 1;  // the last count is the op's own
  require(slot >= 0 && slot < inputs, ErrorCode::usage, "an op's function asked for input ", slot, ", and the op has ",
          inputs, "; they count from 0");
  return slot;
}
template <class T>
std::span<const T> OpArrays<T>::in(int slot) const {
  return {static_cast<const OpBuffers<T>*>(run_)->in(checked(slot)), (*counts_)[static_cast<std::size_t>(slot)]};
}
template <class T>
std::span<T> OpArrays<T>::out() const {
  return {static_cast<const OpBuffers<T>*>(run_)->out(), counts_->back()};
}
template <class T>
std::span<const T> OpArrays<T>::dout() const {
  return {static_cast<const OpBuffers<T>*>(run_)->dout(), counts_->back()};
}
template <class T>
std::span<T> OpArrays<T>::din(int slot) const {
  T* gradient = static_cast<const OpBuffers<T>*>(run_)->din(checked(slot));
  return {gradient, gradient == nullptr ? 0 : (*counts_)[static_cast<std::size_t>(slot)]};
}
template <class T>
bool OpArrays<T>::accumulates(int slot) const {
  return static_cast<const OpBuffers<T>*>(run_)->accumulates(checked(slot));
}
template <class T>
const Context& OpArrays<T>::context() const {
  return static_cast<const OpBuffers<T>*>(run_)->context();
}

template <class T>
struct Graph<T>::State {
  enum class Kind { constant, input, variable, other };

  explicit State(const Context& context) : tape(context) {}

  Id checked(NodeId id) const {
    require(id.index >= 0 && id.index < next, ErrorCode::usage, "node ", id.index, " is not of this graph, which has ",
            next, " nodes; use what its own functions returned");
    return {id.index};
  }
  void require_recording() const {
    require(!planned, ErrorCode::usage,
            "a graph that has been replayed takes no further nodes; record all of it first");
  }
  /// What `recording` gives, noted as one of this graph's nodes.
  template <class Recording>
  NodeId add(Recording&& recording) {
    require_recording();
    return note(recording());
  }
  // An op may record several nodes: the last one counts.
  NodeId note(Id id, Kind kind = Kind::other) {
    next = std::max(next, id.index + 1);
    kinds.resize(static_cast<std::size_t>(next), Kind::other);
    kinds[static_cast<std::size_t>(id.index)] = kind;
    return {id.index};
  }
  Kind kind(NodeId id) const { return kinds[static_cast<std::size_t>(id.index)]; }

  Tape<T> tape;
  std::int32_t next = 0;
  std::vector<Kind> kinds;
  std::vector<NodeId> kept;
  std::list<Tensor<T>> constants;
  std::list<Vgg<T>> networks;  // a tape borrows their weights
  NodeId loss;
  bool planned = false, has_values = false, can_go_back = false, has_gradients = false;
};

template <class T>
Graph<T>::Graph(const Context& context) : state_(std::make_unique<State>(context)) {}
template <class T>
Graph<T>::~Graph() = default;
template <class T>
Graph<T>::Graph(Graph&&) noexcept = default;
template <class T>
Graph<T>& Graph<T>::operator=(Graph&&) noexcept = default;

template <class T>
NodeId Graph<T>::constant(const Sizes& sizes, std::vector<T> values) {
  State& s = *state_;
  s.require_recording();
  const Shape shape = shape_of(sizes);
  require(static_cast<Index>(values.size()) == shape.count(), ErrorCode::input, "a constant of ", shape,
          shape.count() == 1 ? " has 1 value, and " : text(" has ", shape.count(), " values, and "), values.size(),
          values.size() == 1 ? " was given" : " were given");
  return with_memory_error("recording a constant", [&] {
    Tensor<T> tensor(shape, s.tape.context());
    std::copy(values.begin(), values.end(), tensor.data());
    s.constants.push_back(std::move(tensor));
    return s.note(s.tape.constant(s.constants.back().view()), State::Kind::constant);
  });
}
template <class T>
NodeId Graph<T>::input(const Sizes& sizes) {
  state_->require_recording();
  return state_->note(state_->tape.input(shape_of(sizes)), State::Kind::input);
}
template <class T>
NodeId Graph<T>::variable(const Sizes& sizes) {
  state_->require_recording();
  return state_->note(state_->tape.variable(shape_of(sizes)), State::Kind::variable);
}

template <class T>
NodeId Graph<T>::conv2d(NodeId x, NodeId weights, std::ptrdiff_t stride, Padding padding) {
  require(stride >= 1, ErrorCode::usage, "conv2d: the stride is ", stride, "; wanted is 1 or more");
  State& s = *state_;
  return s.add([&] { return impasto::conv2d(s.tape, s.checked(x), s.checked(weights), Index{stride}, padding); });
}
template <class T>
NodeId Graph<T>::bias(NodeId x, NodeId b) {
  State& s = *state_;
  return s.add([&] { return impasto::bias(s.tape, s.checked(x), s.checked(b)); });
}
template <class T>
NodeId Graph<T>::relu(NodeId x) {
  State& s = *state_;
  return s.add([&] { return impasto::relu(s.tape, s.checked(x)); });
}
template <class T>
NodeId Graph<T>::pool(NodeId x, Pooling pooling, std::ptrdiff_t size, std::ptrdiff_t stride) {
  require(pooling != Pooling::none, ErrorCode::usage, "pool: the pooling is none; wanted is max, average or l2");
  State& s = *state_;
  return s.add([&] {
    const Id id = s.checked(x);
    if (pooling == Pooling::max) return max_pool(s.tape, id, size, stride);
    if (pooling == Pooling::average) return avg_pool(s.tape, id, size, stride);
    return l2_pool(s.tape, id, size, stride);
  });
}
template <class T>
NodeId Graph<T>::gram_matrix(NodeId x) {
  State& s = *state_;
  return s.add([&] { return impasto::gram_matrix(s.tape, s.checked(x)); });
}
template <class T>
NodeId Graph<T>::squared_error(NodeId a, NodeId b, T factor) {
  State& s = *state_;
  return s.add([&] { return impasto::squared_error(s.tape, s.checked(a), s.checked(b), factor); });
}
template <class T>
NodeId Graph<T>::total_variation(NodeId x, T factor) {
  State& s = *state_;
  return s.add([&] { return impasto::total_variation(s.tape, s.checked(x), factor); });
}
template <class T>
NodeId Graph<T>::add(NodeId a, NodeId b) {
  State& s = *state_;
  return s.add([&] { return impasto::add(s.tape, s.checked(a), s.checked(b)); });
}
template <class T>
NodeId Graph<T>::scale(NodeId x, T factor) {
  State& s = *state_;
  return s.add([&] { return impasto::scale(s.tape, s.checked(x), factor); });
}
template <class T>
NodeId Graph<T>::sum(NodeId x) {
  State& s = *state_;
  return s.add([&] { return impasto::sum(s.tape, s.checked(x)); });
}

template <class T>
NodeId Graph<T>::record(const GraphOp<T>& op) {
  State& s = *state_;
  require(op.forward != nullptr, ErrorCode::usage, "the op '", op.name, "' has no forward function; give it one");
  require(op.reads_inputs.size() <= op.inputs.size(), ErrorCode::usage, "the op '", op.name, "' says of ",
          op.reads_inputs.size(), " inputs whether it reads them, and has ", op.inputs.size());
  return s.add([&] {
    std::vector<std::size_t> counts;
    Operation<T> made{.name = op.name, .inputs = {}, .shape = shape_of(op.sizes), .forward = nullptr};
    bool has_gradient = false;
    for (const NodeId id : op.inputs) {
      made.inputs.push_back(s.checked(id));
      has_gradient = has_gradient || s.tape.needs_gradient(made.inputs.back());
      counts.push_back(static_cast<std::size_t>(s.tape.shape(made.inputs.back()).count()));
    }
    require(op.backward != nullptr || !has_gradient, ErrorCode::usage, "the op '", op.name,
            "' has no backward function, and a variable lies below it; give it one");
    counts.push_back(static_cast<std::size_t>(made.shape.count()));
    made.forward = [forward = op.forward, counts](const OpBuffers<T>& run) { forward(OpArrays<T>(&run, &counts)); };
    if (op.backward) {
      made.backward = [backward = op.backward, counts](const OpBuffers<T>& run) {
        backward(OpArrays<T>(&run, &counts));
      };
    }
    made.saves_inputs = op.reads_inputs;
    made.saves_inputs.resize(op.inputs.size(), false);
    made.saves_output = op.reads_output;
    return s.tape.record(std::move(made));
  });
}

template <class T>
std::vector<NodeId> Graph<T>::features(NodeId picture, const Weights& weights, const std::vector<std::string>& layers) {
  State& s = *state_;
  s.require_recording();
  const Shape shape = s.tape.shape(s.checked(picture));
  require(shape.rank() == 3 && shape[2] == 3, ErrorCode::input, "features are asked for of an array of ", shape,
          "; wanted is a picture H x W x 3");
  std::vector<std::size_t> wanted;
  wanted.reserve(layers.size());
  for (const std::string& layer : layers) wanted.push_back(find_layer(layer, weights.network()->architecture));
  require(!wanted.empty(), ErrorCode::usage, "features of no layer were asked for; name one");
  s.networks.emplace_back(weights.network());
  std::vector<NodeId> maps;
  for (const Id id : s.networks.back().record(s.tape, {picture.index}, wanted)) maps.push_back(s.note(id));
  return maps;
}

template <class T>
Sizes Graph<T>::sizes(NodeId id) const {
  const Shape shape = state_->tape.shape(state_->checked(id));
  Sizes sizes;
  for (int axis = 0; axis < shape.rank(); ++axis) sizes.push_back(shape[axis]);
  return sizes;
}
template <class T>
void Graph<T>::keep(NodeId id) {
  state_->require_recording();
  state_->tape.keep(state_->checked(id));
  state_->kept.push_back(id);
}
template <class T>
void Graph<T>::set_loss(NodeId id) {
  state_->require_recording();
  const Shape shape = state_->tape.shape(state_->checked(id));
  require(shape.count() == 1, ErrorCode::usage, "a loss of ", shape, " was given; wanted is a scalar, such as sum()");
  state_->tape.set_loss({id.index});
  state_->loss = id;
  state_->kept.push_back(id);
}

template <class T>
std::size_t Graph<T>::planned_bytes() {
  state_->planned = true;
  return static_cast<std::size_t>(state_->tape.plan().arena_bytes);
}
template <class T>
void Graph<T>::forward() {
  State& s = *state_;
  s.planned = true;
  s.has_values = s.can_go_back = s.has_gradients = false;
  with_memory_error("planning a graph", [&] { s.tape.forward(); });
  s.has_values = s.can_go_back = true;
}
template <class T>
void Graph<T>::backward() {
  State& s = *state_;
  require(s.loss.index >= 0, ErrorCode::usage, "backward() needs a loss; set_loss() says which scalar it is");
  require(s.can_go_back, ErrorCode::usage, "backward() goes back once after each forward(); call that first");
  s.can_go_back = false;
  s.tape.backward();
  s.has_gradients = true;
}

template <class T>
T Graph<T>::loss() {
  require(state_->loss.index >= 0, ErrorCode::usage, "the graph has no loss; set_loss() says which scalar it is");
  return value(state_->loss)[0];
}
template <class T>
std::span<T> Graph<T>::value(NodeId id) {
  State& s = *state_;
  s.checked(id);
  require(s.kind(id) != State::Kind::constant, ErrorCode::usage, "node ", id.index,
          " is a constant; its values are those it was made of");
  const bool kept = std::find(s.kept.begin(), s.kept.end(), id) != s.kept.end();
  require(s.kind(id) != State::Kind::other || kept, ErrorCode::usage, "the value of node ", id.index,
          " is gone after a replay; call keep() before the first one");
  require(s.kind(id) != State::Kind::other || s.has_values, ErrorCode::usage, "node ", id.index,
          " has no value yet; call forward() first");
  return s.tape.value({id.index});
}
template <class T>
std::span<const T> Graph<T>::gradient(NodeId id) const {
  const State& s = *state_;
  require(is_variable(id), ErrorCode::usage, "node ", id.index, " is no variable; only those have gradients");
  require(s.has_gradients, ErrorCode::usage, "there are no gradients; call forward() and backward()");
  return s.tape.gradient({id.index});
}
template <class T>
bool Graph<T>::is_variable(NodeId id) const {
  state_->checked(id);
  return state_->kind(id) == State::Kind::variable;
}
template <class T>
const Context& Graph<T>::context() const noexcept {
  return state_->tape.context();
}

template class OpArrays<float>;
template class OpArrays<double>;
template class Graph<float>;
template class Graph<double>;

}  // namespace impasto::IMPASTO_ABI
