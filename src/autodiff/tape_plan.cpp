// The part of Tape that plans memory: when each value, gradient and scratch buffer comes to life and dies.
//
// Time: node i runs forward at step i and backward at step 2n - i; step n seeds the gradient of the loss. Chains of ops
// that may work in place share one buffer whose life is the union of theirs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/tape.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {

// in_backward: a variable lies below the node and the loss above it.
template <class T>
void Tape<T>::mark_backward() {
  if (loss_.index < 0 || !node(loss_).needs_gradient) return;
  node(loss_).in_backward = true;
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    if (!nodes_[i].in_backward) continue;
    for (const Id id : nodes_[i].op.inputs) node(id).in_backward = node(id).needs_gradient;
  }
}

// The op that makes node i's value.
template <class T>
std::size_t Tape<T>::owner(std::size_t i) const {
  return nodes_[i].kind == Kind::output ? static_cast<std::size_t>(nodes_[i].op.inputs[0].index) : i;
}

template <class T>
int Tape<T>::last_forward_use(std::size_t i) const {
  int last = forward_step(i);
  for (std::size_t j = i + 1; j < nodes_.size(); ++j) {
    for (const Id id : nodes_[j].op.inputs) {
      if (static_cast<std::size_t>(id.index) == i) last = forward_step(j);
    }
  }
  return last;
}

// The last step at which node i's own value is read, in its own name (not through a buffer taken over by an op).
template <class T>
int Tape<T>::last_use(std::size_t i) const {
  const Node& self = nodes_[i];
  if (self.kept) return end_of_time();
  int last = last_forward_use(i);
  if (self.in_backward && self.op.saves_output) last = backward_step(i);
  for (std::size_t j = i + 1; j < nodes_.size(); ++j) {
    const Operation<T>& op = nodes_[j].op;
    for (std::size_t slot = 0; slot < op.inputs.size(); ++slot) {
      if (static_cast<std::size_t>(op.inputs[slot].index) != i) continue;
      if (nodes_[j].in_backward && op.saves_inputs[slot]) last = std::max(last, backward_step(j));
      last = std::max(last, nodes_[j].rematerialised_step);
    }
  }
  return last;
}

// rematerialised_step: the step of the first op that reads the value backward. Not for ops with several values, one of
// which may be gone by then, nor for those whose input would have to be computed again first.
template <class T>
void Tape<T>::mark_recomputed() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node& self = nodes_[i];
    if (!self.wants_recompute || self.kind != Kind::operation || self.kept || self.op.saves_output) continue;
    if (!self.op.more_shapes.empty()) continue;
    const auto is_recomputed = [&](Id id) { return node(id).rematerialised_step >= 0; };
    if (std::any_of(self.op.inputs.begin(), self.op.inputs.end(), is_recomputed)) continue;
    for (std::size_t j = i + 1; j < nodes_.size(); ++j) {
      const Operation<T>& op = nodes_[j].op;
      for (std::size_t slot = 0; slot < op.inputs.size(); ++slot) {
        const bool reads = static_cast<std::size_t>(op.inputs[slot].index) == i && op.saves_inputs[slot];
        if (reads && nodes_[j].in_backward) self.rematerialised_step = backward_step(j);
      }
    }
  }
}

template <class T>
void Tape<T>::plan_values(std::vector<PlannedBuffer>& buffers) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node& self = nodes_[i];
    if (self.kind != Kind::operation && self.kind != Kind::output) continue;
    const int last = last_use(i), end = self.rematerialised_step < 0 ? last : last_forward_use(i);
    const std::size_t bytes = static_cast<std::size_t>(self.op.shape.count()) * sizeof(T);
    if (self.rematerialised_step >= 0) {
      self.rematerialised_buffer = static_cast<int>(buffers.size());
      buffers.push_back({self.op.name + " again", bytes, self.rematerialised_step, last});
    }
    if (self.op.reuses_input) {
      const std::size_t source = static_cast<std::size_t>(self.op.inputs[0].index);
      const Node& from = nodes_[source];
      const bool free_after = from.kind == Kind::operation && last_use(source) == forward_step(i) &&
                              from.op.shape.count() == self.op.shape.count();
      if (free_after) {
        self.value_buffer = from.value_buffer;
        PlannedBuffer& shared = buffers[static_cast<std::size_t>(self.value_buffer)];
        shared.end = std::max(shared.end, end);
        shared.name += "+" + self.op.name;
        continue;
      }
    }
    self.value_buffer = static_cast<int>(buffers.size());
    buffers.push_back({self.op.name, bytes, forward_step(owner(i)), end});
  }
}

template <class T>
void Tape<T>::plan_gradients(std::vector<PlannedBuffer>& buffers) {
  const auto open = [&](std::size_t i, int begin) {
    Node& self = nodes_[i];
    const std::size_t bytes = static_cast<std::size_t>(self.op.shape.count()) * sizeof(T);
    const int end = self.kind == Kind::variable ? end_of_time() : backward_step(owner(i));
    self.gradient_buffer = static_cast<int>(buffers.size());
    buffers.push_back({"d " + self.op.name, bytes, begin, end});
  };
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].kind == Kind::variable && !nodes_[i].in_backward) open(i, 0);
  }
  if (loss_.index < 0) return;
  std::vector<bool> written(nodes_.size(), false);
  const std::size_t loss = static_cast<std::size_t>(loss_.index);
  if (!nodes_[loss].in_backward) return;
  open(loss, backward_step(nodes_.size()));
  written[loss] = true;
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    Node& self = nodes_[i];
    if (self.kind != Kind::operation || !self.in_backward) continue;
    for (std::size_t slot = 0; slot < self.op.inputs.size(); ++slot) {
      const std::size_t source = static_cast<std::size_t>(self.op.inputs[slot].index);
      Node& input = nodes_[source];
      if (!input.in_backward) continue;
      self.accumulates[slot] = written[source];
      if (written[source]) continue;
      written[source] = true;
      const bool takes_over = slot == 0 && self.op.reuses_gradient && self.gradient_buffer >= 0 &&
                              input.kind == Kind::operation && input.op.shape.count() == self.op.shape.count();
      const bool over_value = slot == 0 && self.op.gradient_over_input && input.kind == Kind::operation &&
                              last_use(source) == backward_step(i);
      if (takes_over) {
        input.gradient_buffer = self.gradient_buffer;
        buffers[static_cast<std::size_t>(self.gradient_buffer)].end = backward_step(source);
      } else if (over_value) {
        input.gradient_buffer = input.rematerialised_step < 0 ? input.value_buffer : input.rematerialised_buffer;
        buffers[static_cast<std::size_t>(input.gradient_buffer)].end = backward_step(source);
      } else {
        open(source, backward_step(i));
      }
    }
  }
}

template <class T>
void Tape<T>::plan_scratch(std::vector<PlannedBuffer>& buffers) {
  const auto add = [&](const std::string& name, Index elements, int begin, int end, int& buffer) {
    if (elements == 0) return;
    buffer = static_cast<int>(buffers.size());
    buffers.push_back({name, bytes_in_one_piece(static_cast<std::uint64_t>(elements), sizeof(T)), begin, end});
  };
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node& self = nodes_[i];
    const std::string scratch = "scratch of " + self.op.name;
    add(scratch, self.op.forward_scratch, forward_step(i), forward_step(i), self.forward_buffer);
    if (self.rematerialised_step >= 0)
      add(scratch, self.op.forward_scratch, self.rematerialised_step, self.rematerialised_step,
          self.rematerialised_scratch_buffer);
    if (!self.in_backward) continue;
    add("saved by " + self.op.name, self.op.saved, forward_step(i), backward_step(i), self.saved_buffer);
    add(scratch, self.op.backward_scratch, backward_step(i), backward_step(i), self.backward_buffer);
  }
}

template <class T>
const Plan& Tape<T>::plan() {
  if (planned_) return plan_;
  mark_backward();
  mark_recomputed();
  std::vector<PlannedBuffer> buffers;
  plan_values(buffers);
  plan_gradients(buffers);
  plan_scratch(buffers);
  plan_ = plan_memory(std::move(buffers));
  planned_ = true;
  return plan_;
}

template <class T>
void Tape<T>::prepare() {
  plan();
  if (arena_ != nullptr) return;
  arena_ = allocate_aligned(std::max(plan_.arena_bytes, kAlignment), context_.memory_pool());
  const auto place = [&](int buffer, T*& pointer) {
    if (buffer < 0) return;
    pointer = reinterpret_cast<T*>(arena_.get() + plan_.buffers[static_cast<std::size_t>(buffer)].offset);
  };
  for (Node& self : nodes_) {
    place(self.value_buffer, self.value);
    place(self.rematerialised_buffer, self.rematerialised);
    place(self.rematerialised_scratch_buffer, self.rematerialised_scratch);
    self.first = self.value;
    place(self.gradient_buffer, self.gradient);
    place(self.saved_buffer, self.saved);
    place(self.forward_buffer, self.forward_scratch);
    place(self.backward_buffer, self.backward_scratch);
  }
}

#define IMPASTO_INSTANTIATE(T)                                        \
  template void Tape<T>::mark_backward();                             \
  template std::size_t Tape<T>::owner(std::size_t) const;             \
  template int Tape<T>::last_forward_use(std::size_t) const;          \
  template int Tape<T>::last_use(std::size_t) const;                  \
  template void Tape<T>::mark_recomputed();                           \
  template void Tape<T>::plan_values(std::vector<PlannedBuffer>&);    \
  template void Tape<T>::plan_gradients(std::vector<PlannedBuffer>&); \
  template void Tape<T>::plan_scratch(std::vector<PlannedBuffer>&);   \
  template const Plan& Tape<T>::plan();                               \
  template void Tape<T>::prepare();
IMPASTO_INSTANTIATE(float)
IMPASTO_INSTANTIATE(double)
#undef IMPASTO_INSTANTIATE

}  // namespace impasto::IMPASTO_ABI
