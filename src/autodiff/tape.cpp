#include "autodiff/tape.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {

template <class T>
Tape<T>::Tape(const Context& context) : context_(context) {}

template <class T>
typename Tape<T>::Node& Tape<T>::node(Id id) {
  IMPASTO_ASSERT(id.index >= 0 && static_cast<std::size_t>(id.index) < nodes_.size());
  return nodes_[static_cast<std::size_t>(id.index)];
}

template <class T>
const typename Tape<T>::Node& Tape<T>::node(Id id) const {
  return const_cast<Tape*>(this)->node(id);
}

template <class T>
Id Tape<T>::add_leaf(NodeKind kind, const Shape& shape, const std::string& name) {
  IMPASTO_ASSERT(!planned_);
  Node leaf;
  leaf.kind = kind;
  leaf.op.name = name;
  leaf.op.shape = shape;
  leaf.needs_gradient = kind == NodeKind::variable;
  nodes_.push_back(std::move(leaf));
  return Id{static_cast<std::int32_t>(nodes_.size() - 1)};
}

template <class T>
Id Tape<T>::constant(View<const T> values, const std::string& name) {
  const Id id = add_leaf(NodeKind::constant, values.shape, name);
  // Never written: no op writes to an input, and value() refuses constants.
  node(id).memory.value = const_cast<T*>(values.data);
  return id;
}

template <class T>
Id Tape<T>::input(const Shape& shape, const std::string& name) {
  const Id id = add_leaf(NodeKind::input, shape, name);
  node(id).storage = Tensor<T>(shape, T(0), context_);
  node(id).memory.value = node(id).storage.data();
  return id;
}

template <class T>
Id Tape<T>::variable(const Shape& shape, const std::string& name) {
  const Id id = input(shape, name);
  node(id).kind = NodeKind::variable;
  node(id).needs_gradient = true;
  return id;
}

template <class T>
Id Tape<T>::record(Operation<T> operation) {
  IMPASTO_ASSERT(!planned_);
  Node recorded;
  for (const Id id : operation.inputs) recorded.needs_gradient = recorded.needs_gradient || node(id).needs_gradient;
  operation.saves_inputs.resize(operation.inputs.size(), false);
  if (!label_.empty()) operation.name += " " + label_;
  recorded.op = std::move(operation);
  nodes_.push_back(std::move(recorded));
  const std::size_t index = nodes_.size() - 1;
  const Id id{static_cast<std::int32_t>(index)};
  for (std::size_t k = 0; k < nodes_[index].op.more_shapes.size(); ++k) {
    Node output;
    output.kind = NodeKind::output;
    output.op.name = nodes_[index].op.name;
    output.op.inputs = {id};
    output.op.shape = nodes_[index].op.more_shapes[k];
    output.op.saves_inputs = {false};
    output.needs_gradient = nodes_[index].needs_gradient;
    nodes_.push_back(std::move(output));
  }
  return id;
}

template <class T>
Id Tape<T>::output(Id id, int k) const {
  IMPASTO_ASSERT(k >= 0 && static_cast<std::size_t>(k) <= node(id).op.more_shapes.size());
  return Id{id.index + k};
}

template <class T>
Shape Tape<T>::shape(Id id) const {
  return node(id).op.shape;
}

template <class T>
bool Tape<T>::needs_gradient(Id id) const {
  return node(id).needs_gradient;
}

template <class T>
void Tape<T>::keep(Id id) {
  IMPASTO_ASSERT(!planned_);
  node(id).kept = true;
}

template <class T>
void Tape<T>::recompute(Id id) {
  IMPASTO_ASSERT(!planned_);
  node(id).wants_recompute = true;
}

template <class T>
void Tape<T>::set_loss(Id id) {
  IMPASTO_ASSERT(shape(id).count() == 1);
  set_outputs({id});
}

template <class T>
void Tape<T>::set_outputs(const std::vector<Id>& ids) {
  for (const Id id : ids) keep(id);
  outputs_ = ids;
}

template <class T>
void Tape<T>::run(std::size_t i, bool backward) {
  Node& self = nodes_[i];
  const auto& function = backward ? self.op.backward : self.op.forward;
  if (!profiling_) {
    if (backward) compute_again(i);
    return function(OpBuffers<T>(*this, i, backward));
  }
  const auto start = std::chrono::steady_clock::now();
  if (backward) compute_again(i);
  function(OpBuffers<T>(*this, i, backward));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  double& shortest = backward ? self.backward_seconds : self.forward_seconds;
  shortest = shortest == 0 ? seconds : std::min(shortest, seconds);
}

template <class T>
NodeFacts Tape<T>::facts(const Node& node) const {
  const Operation<T>& op = node.op;
  const auto bytes = [](Index elements) { return bytes_in_one_piece(static_cast<std::uint64_t>(elements), sizeof(T)); };
  return {.kind = node.kind,
          .name = op.name,
          .inputs = op.inputs,
          .bytes = static_cast<std::size_t>(op.shape.count()) * sizeof(T),
          .saved = bytes(op.saved),
          .forward_scratch = bytes(op.forward_scratch),
          .backward_scratch = bytes(op.backward_scratch),
          .saves_inputs = op.saves_inputs,
          .saves_output = op.saves_output,
          .reuses_input = op.reuses_input,
          .reuses_gradient = op.reuses_gradient,
          .gradient_over_input = op.gradient_over_input,
          .needs_gradient = node.needs_gradient,
          .kept = node.kept,
          .wants_recompute = node.wants_recompute,
          .several_values = !op.more_shapes.empty()};
}

template <class T>
const Plan& Tape<T>::plan() {
  if (planned_) return plan_;
  std::vector<NodeFacts> all;
  for (const Node& self : nodes_) all.push_back(facts(self));
  TapePlan planned = plan_tape(all, outputs_);
  for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i].plan = std::move(planned.nodes[i]);
  plan_ = std::move(planned.memory);
  planned_ = true;
  return plan_;
}

template <class T>
void Tape<T>::prepare() {
  if (arena_ != nullptr) return;
  own_arena_ = allocate_aligned(std::max(plan().arena_bytes, kAlignment), context_.memory_pool());
  prepare({own_arena_.get(), plan_.arena_bytes});
}

template <class T>
void Tape<T>::prepare(std::span<std::byte> arena) {
  IMPASTO_ASSERT(arena.size() >= plan().arena_bytes);
  arena_ = arena.data();
  const auto place = [&](int buffer, T*& pointer) {
    if (buffer < 0) return;
    pointer = reinterpret_cast<T*>(arena_ + plan_.buffers[static_cast<std::size_t>(buffer)].offset);
  };
  for (Node& self : nodes_) {
    const NodePlan::Buffers& buffers = self.plan.buffers;
    place(buffers.value, self.memory.value);
    self.memory.first = self.memory.value;
    place(buffers.gradient, self.memory.gradient);
    place(buffers.saved, self.memory.saved);
    place(buffers.forward_scratch, self.memory.forward_scratch);
    place(buffers.backward_scratch, self.memory.backward_scratch);
    place(buffers.rematerialised, self.memory.rematerialised);
    place(buffers.rematerialised_scratch, self.memory.rematerialised_scratch);
  }
}

// Node i is about to go back: the inputs that were given up and are wanted from now on.
template <class T>
void Tape<T>::compute_again(std::size_t i) {
  for (const Id id : nodes_[i].op.inputs) {
    Node& input = node(id);
    if (input.plan.rematerialised_for != static_cast<int>(i)) continue;
    Memory& memory = input.memory;
    memory.value = memory.rematerialised;
    std::swap(memory.forward_scratch, memory.rematerialised_scratch);
    input.op.forward(OpBuffers<T>(*this, static_cast<std::size_t>(id.index), false));
    std::swap(memory.forward_scratch, memory.rematerialised_scratch);
  }
}

template <class T>
void Tape<T>::forward() {
  prepare();
  for (Node& self : nodes_) {
    if (self.memory.rematerialised != nullptr) self.memory.value = self.memory.first;
  }
  const bool watched = is_watched();
  if (watched) watch_leaves();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].kind != NodeKind::operation) continue;
    run(i, false);
    if (watched) watch_values(i);
  }
  has_values_ = can_go_back_ = true;
}

template <class T>
void Tape<T>::backward() {
  const T one[] = {1};
  const std::span<const T> seed = one;
  IMPASTO_ASSERT(outputs_.size() == 1 && shape(outputs_[0]).count() == 1);
  backward({&seed, 1});
}

template <class T>
void Tape<T>::backward(std::span<const std::span<const T>> seeds) {
  IMPASTO_ASSERT(can_go_back_ && seeds.size() == outputs_.size());
  can_go_back_ = false;
  for (Node& leaf : nodes_) {
    if (leaf.kind == NodeKind::variable && !leaf.plan.in_backward)
      std::fill_n(leaf.memory.gradient, leaf.op.shape.count(), T(0));
  }
  for (std::size_t k = 0; k < seeds.size(); ++k) {
    const Node& output = node(outputs_[k]);
    if (output.plan.in_backward) std::copy(seeds[k].begin(), seeds[k].end(), output.memory.gradient);
  }
  const bool watched = is_watched();
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    if (nodes_[i].kind != NodeKind::operation || !nodes_[i].plan.in_backward) continue;
    if (watched) watch_gradients(i);
    run(i, true);
    if (context_.checks_numbers()) check_gradients_made(i);
  }
  if (watched) watch_variables();
}

template <class T>
void Tape<T>::set_profiling(bool on) {
  profiling_ = on;
  if (!on) return;
  for (Node& self : nodes_) self.forward_seconds = self.backward_seconds = 0;
}

template <class T>
OpProfile Tape<T>::profile(const Node& self) const {
  if (self.kind != NodeKind::operation) return {};
  return {.name = self.op.name,
          .shape = self.op.shape,
          .forward_seconds = self.forward_seconds,
          .backward_seconds = self.backward_seconds,
          .forward_flops = self.op.forward_flops,
          .backward_flops = self.plan.in_backward ? self.op.backward_flops : 0};
}

template <class T>
std::vector<OpProfile> Tape<T>::profile() const {
  std::vector<OpProfile> ops;
  for (const Node& self : nodes_) {
    if (self.kind == NodeKind::operation) ops.push_back(profile(self));
  }
  return ops;
}

template <class T>
std::span<T> Tape<T>::value(Id id) {
  Node& n = node(id);
  IMPASTO_ASSERT(n.kind == NodeKind::input || n.kind == NodeKind::variable || (n.kept && has_values_));
  return {n.memory.value, static_cast<std::size_t>(n.op.shape.count())};
}

template <class T>
std::span<const T> Tape<T>::gradient(Id id) const {
  const Node& n = node(id);
  IMPASTO_ASSERT(n.kind == NodeKind::variable && arena_ != nullptr);
  return {n.memory.gradient, static_cast<std::size_t>(n.op.shape.count())};
}

template class Tape<float>;
template class Tape<double>;

}  // namespace impasto::IMPASTO_ABI
