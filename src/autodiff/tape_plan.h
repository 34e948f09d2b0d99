// When each value, gradient and scratch buffer of a tape comes to life and dies, and which of them share memory: a
// function of what was recorded, whatever the type of its numbers.
//
// Time: node i of n runs forward at step i and backward at step 2n - i; step n seeds the gradients of the outputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "autodiff/planner.h"

namespace impasto::IMPASTO_ABI {

/// A node of a tape: a leaf, or what an op computes.
struct Id {
  std::int32_t index = -1;
  friend bool operator==(Id, Id) = default;
};

/// output: a further value of the op that is its only input.
enum class NodeKind { constant, input, variable, operation, output };

/// What is known of a node before memory is planned. Sizes are bytes; the flags are Operation's.
struct NodeFacts {
  NodeKind kind = NodeKind::operation;
  std::string name = {};
  std::vector<Id> inputs = {};
  std::size_t bytes = 0;  ///< of its value, and of its gradient
  std::size_t saved = 0, forward_scratch = 0, backward_scratch = 0;
  std::vector<bool> saves_inputs = {};  ///< by slot
  bool saves_output = false;
  bool reuses_input = false;
  bool reuses_gradient = false;
  bool gradient_over_input = false;
  bool needs_gradient = false;   ///< a variable lies below
  bool kept = false;             ///< readable after a replay
  bool wants_recompute = false;  ///< Tape::recompute
  bool several_values = false;   ///< output nodes follow
};

/// What was decided about a node.
struct NodePlan {
  /// Places in Plan::buffers, -1 for none.
  struct Buffers {
    int value = -1, gradient = -1, saved = -1, forward_scratch = -1, backward_scratch = -1;
    int rematerialised = -1, rematerialised_scratch = -1;  ///< of the value's second computation
  };
  Buffers buffers = {};
  bool in_backward = false;            ///< lies between a variable and an output
  int rematerialised_for = -1;         ///< the node before whose backward pass the value is computed once more
  std::vector<bool> accumulates = {};  ///< by slot: backward adds to what stands in the input's gradient
};

struct TapePlan {
  Plan memory;
  std::vector<NodePlan> nodes;
};

/// `nodes` in the order of their recording: inputs come before their readers. `outputs`: what gradients begin at, kept
/// nodes, each once.
/// Throws Error(io) for more memory than a program can address.
TapePlan plan_tape(std::span<const NodeFacts> nodes, std::span<const Id> outputs);

}  // namespace impasto::IMPASTO_ABI
