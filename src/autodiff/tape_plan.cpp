#include "autodiff/tape_plan.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace impasto::IMPASTO_ABI {
namespace {

std::size_t index_of(Id id) { return static_cast<std::size_t>(id.index); }

// Chains of ops that may work in place share one buffer, whose life is the union of theirs.
class TapePlanner {
 public:
  TapePlanner(std::span<const NodeFacts> nodes, std::span<const Id> outputs)
      : nodes_(nodes), outputs_(outputs), plans_(nodes.size()) {}
  TapePlan plan();

 private:
  int forward_step(std::size_t i) const { return static_cast<int>(i); }
  int backward_step(std::size_t i) const { return static_cast<int>(2 * nodes_.size() - i); }
  int end_of_time() const { return backward_step(0) + 1; }
  int rematerialised_step(std::size_t i) const {
    const int reader = plans_[i].rematerialised_for;
    return reader < 0 ? -1 : backward_step(static_cast<std::size_t>(reader));
  }
  // The op that makes node i's value.
  std::size_t owner(std::size_t i) const {
    return nodes_[i].kind == NodeKind::output ? index_of(nodes_[i].inputs[0]) : i;
  }
  int add(const std::string& name, std::size_t bytes, int begin, int end);
  void mark_backward();
  void mark_rematerialised();
  int last_forward_use(std::size_t i) const;
  int last_use(std::size_t i) const;
  void plan_values();
  bool takes_over_input(std::size_t i) const;
  void plan_gradients();
  void open_gradient(std::size_t i, int begin);
  void plan_input_gradient(std::size_t i, std::size_t slot);
  void plan_scratch();

  std::span<const NodeFacts> nodes_;
  std::span<const Id> outputs_;
  std::vector<NodePlan> plans_;
  std::vector<PlannedBuffer> buffers_;
};

int TapePlanner::add(const std::string& name, std::size_t bytes, int begin, int end) {
  buffers_.push_back({name, bytes, begin, end});
  return static_cast<int>(buffers_.size()) - 1;
}

void TapePlanner::mark_backward() {
  for (const Id id : outputs_) plans_[index_of(id)].in_backward = nodes_[index_of(id)].needs_gradient;
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    if (!plans_[i].in_backward) continue;
    for (const Id id : nodes_[i].inputs) plans_[index_of(id)].in_backward = nodes_[index_of(id)].needs_gradient;
  }
}

// For the first op that reads the value backward. Not for ops with several values, one of which may be gone by then,
// nor for those whose input would have to be computed again first.
void TapePlanner::mark_rematerialised() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const NodeFacts& self = nodes_[i];
    if (!self.wants_recompute || self.kind != NodeKind::operation || self.kept || self.saves_output) continue;
    if (self.several_values) continue;
    const auto is_rematerialised = [&](Id id) { return plans_[index_of(id)].rematerialised_for >= 0; };
    if (std::any_of(self.inputs.begin(), self.inputs.end(), is_rematerialised)) continue;
    for (std::size_t j = i + 1; j < nodes_.size(); ++j) {
      for (std::size_t slot = 0; slot < nodes_[j].inputs.size(); ++slot) {
        const bool reads = index_of(nodes_[j].inputs[slot]) == i && nodes_[j].saves_inputs[slot];
        if (reads && plans_[j].in_backward) plans_[i].rematerialised_for = static_cast<int>(j);
      }
    }
  }
}

int TapePlanner::last_forward_use(std::size_t i) const {
  int last = forward_step(i);
  for (std::size_t j = i + 1; j < nodes_.size(); ++j) {
    for (const Id id : nodes_[j].inputs) {
      if (index_of(id) == i) last = forward_step(j);
    }
  }
  return last;
}

// The last step at which node i's own value is read, in its own name (not through a buffer taken over by an op).
int TapePlanner::last_use(std::size_t i) const {
  if (nodes_[i].kept) return end_of_time();
  int last = last_forward_use(i);
  if (plans_[i].in_backward && nodes_[i].saves_output) last = backward_step(i);
  for (std::size_t j = i + 1; j < nodes_.size(); ++j) {
    for (std::size_t slot = 0; slot < nodes_[j].inputs.size(); ++slot) {
      if (index_of(nodes_[j].inputs[slot]) != i) continue;
      if (plans_[j].in_backward && nodes_[j].saves_inputs[slot]) last = std::max(last, backward_step(j));
      last = std::max(last, rematerialised_step(j));
    }
  }
  return last;
}

bool TapePlanner::takes_over_input(std::size_t i) const {
  if (!nodes_[i].reuses_input) return false;
  const std::size_t source = index_of(nodes_[i].inputs[0]);
  return nodes_[source].kind == NodeKind::operation && last_use(source) == forward_step(i) &&
         nodes_[source].bytes == nodes_[i].bytes;
}

void TapePlanner::plan_values() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const NodeFacts& self = nodes_[i];
    NodePlan::Buffers& places = plans_[i].buffers;
    if (self.kind != NodeKind::operation && self.kind != NodeKind::output) continue;
    const int again = rematerialised_step(i), last = last_use(i), end = again < 0 ? last : last_forward_use(i);
    if (again >= 0) places.rematerialised = add(self.name + " again", self.bytes, again, last);
    if (takes_over_input(i)) {
      places.value = plans_[index_of(self.inputs[0])].buffers.value;
      PlannedBuffer& shared = buffers_[static_cast<std::size_t>(places.value)];
      shared.end = std::max(shared.end, end);
      shared.name += "+" + self.name;
    } else {
      places.value = add(self.name, self.bytes, forward_step(owner(i)), end);
    }
  }
}

void TapePlanner::open_gradient(std::size_t i, int begin) {
  const int end = nodes_[i].kind == NodeKind::variable ? end_of_time() : backward_step(owner(i));
  plans_[i].buffers.gradient = add("d " + nodes_[i].name, nodes_[i].bytes, begin, end);
}

// Where the first contribution to the gradient of an input goes: over node i's own gradient, over the input's value, or
// into memory of its own.
void TapePlanner::plan_input_gradient(std::size_t i, std::size_t slot) {
  const NodeFacts& self = nodes_[i];
  const std::size_t source = index_of(self.inputs[slot]);
  const NodeFacts& input = nodes_[source];
  NodePlan::Buffers& places = plans_[source].buffers;
  const int own = plans_[i].buffers.gradient;
  const bool may_share = slot == 0 && input.kind == NodeKind::operation;
  if (may_share && self.reuses_gradient && own >= 0 && input.bytes == self.bytes) {
    places.gradient = own;
  } else if (may_share && self.gradient_over_input && last_use(source) == backward_step(i)) {
    places.gradient = plans_[source].rematerialised_for < 0 ? places.value : places.rematerialised;
  } else {
    return open_gradient(source, backward_step(i));
  }
  buffers_[static_cast<std::size_t>(places.gradient)].end = backward_step(source);
}

void TapePlanner::plan_gradients() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].kind == NodeKind::variable && !plans_[i].in_backward) open_gradient(i, 0);
  }
  std::vector<bool> written(nodes_.size(), false);
  for (const Id id : outputs_) {
    if (!plans_[index_of(id)].in_backward) continue;
    open_gradient(index_of(id), backward_step(nodes_.size()));
    written[index_of(id)] = true;
  }
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    if (nodes_[i].kind != NodeKind::operation || !plans_[i].in_backward) continue;
    for (std::size_t slot = 0; slot < nodes_[i].inputs.size(); ++slot) {
      const std::size_t source = index_of(nodes_[i].inputs[slot]);
      if (!plans_[source].in_backward) continue;
      plans_[i].accumulates[slot] = written[source];
      if (!written[source]) plan_input_gradient(i, slot);
      written[source] = true;
    }
  }
}

void TapePlanner::plan_scratch() {
  const auto add_some = [&](const std::string& name, std::size_t bytes, int begin, int end) {
    return bytes == 0 ? -1 : add(name, bytes, begin, end);
  };
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const NodeFacts& self = nodes_[i];
    NodePlan::Buffers& places = plans_[i].buffers;
    const std::string scratch = "scratch of " + self.name;
    const int forward = forward_step(i), again = rematerialised_step(i), backward = backward_step(i);
    places.forward_scratch = add_some(scratch, self.forward_scratch, forward, forward);
    if (again >= 0) places.rematerialised_scratch = add_some(scratch, self.forward_scratch, again, again);
    if (!plans_[i].in_backward) continue;
    places.saved = add_some("saved by " + self.name, self.saved, forward, backward);
    places.backward_scratch = add_some(scratch, self.backward_scratch, backward, backward);
  }
}

TapePlan TapePlanner::plan() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) plans_[i].accumulates.assign(nodes_[i].inputs.size(), false);
  mark_backward();
  mark_rematerialised();
  plan_values();
  plan_gradients();
  plan_scratch();
  return {plan_memory(std::move(buffers_)), std::move(plans_)};
}

}  // namespace

TapePlan plan_tape(std::span<const NodeFacts> nodes, std::span<const Id> outputs) {
  return TapePlanner(nodes, outputs).plan();
}

}  // namespace impasto::IMPASTO_ABI
