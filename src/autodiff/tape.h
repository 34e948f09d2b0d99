// Reverse-mode automatic differentiation, recorded once and replayed many times.
//
// Recording an op checks shapes and notes two functions, forward and backward, that hold only plain values; what they
// read and write becomes pointers at replay. Before the first replay a planner gives every value, gradient and scratch
// buffer its place in one arena, so a replay allocates nothing. src/autodiff/ops/ops.h lists the ops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/planner.h"
#include "autodiff/tape_plan.h"
#include "impasto/context.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

template <class T>
class Tape;

/// What an op's functions see during a replay. Slots count the op's inputs from 0.
template <class T>
class OpBuffers {
 public:
  const Context& context() const;
  const T* in(int slot) const;
  /// The op's own value; written by forward, readable in backward when the op saves its output.
  T* out() const { return out(0); }
  /// The op's k-th value, 0 being the one that record() returned the id of.
  T* out(int k) const;
  /// Gradient of the loss with respect to the op's value; only in backward. Of several values, those that the loss does
  /// not depend on have none: nullptr.
  const T* dout() const { return dout(0); }
  const T* dout(int k) const;
  /// Where the gradient of an input goes, or nullptr when nobody needs it. It may be the memory of dout() when the op
  /// allows `reuses_gradient`.
  T* din(int slot) const;
  /// True: add to din(slot). False: it holds nothing yet; write it.
  bool accumulates(int slot) const;
  /// `saved` elements; nullptr when nobody will go back.
  T* saved() const;
  /// forward_scratch or backward_scratch elements.
  T* scratch() const;

 private:
  friend class Tape<T>;
  OpBuffers(const Tape<T>& tape, std::size_t node, bool backward) : tape_(&tape), node_(node), backward_(backward) {}
  const Tape<T>* tape_;
  std::size_t node_;
  bool backward_;
};

/// One recorded op.
template <class T>
struct Operation {
  std::string name;
  std::vector<Id> inputs;
  Shape shape;
  std::function<void(const OpBuffers<T>&)> forward;
  std::function<void(const OpBuffers<T>&)> backward = nullptr;
  std::vector<Shape> more_shapes = {};  ///< of further values (Tape::output)
  std::vector<bool> saves_inputs = {};  ///< by slot: backward reads the input's value
  bool saves_output = false;            ///< backward reads the op's value
  bool reuses_input = false;            ///< forward may write its value over input 0
  bool reuses_gradient = false;         ///< backward may write the gradient of input 0 over its own
  bool gradient_over_input = false;     ///< backward may write the gradient of input 0 over the value of input 0
  Index saved = 0;                      ///< elements of T that forward leaves for backward
  Index forward_scratch = 0;            ///< elements of T, live during forward only
  Index backward_scratch = 0;           ///< elements of T, live during backward only
  double forward_flops = 0;  ///< multiplications and additions of the direct algorithm; 0: bound by memory, not counted
  double backward_flops = 0;  ///< the same of all gradients the op computes
  std::string reason = {};    ///< why it is computed the way it is, where there is a choice
};

/// What one op of a tape took. Seconds are the shortest of all replays since profiling began, 0 for what never ran.
struct OpProfile {
  std::string name;
  Shape shape;
  double forward_seconds = 0;
  double backward_seconds = 0;
  double forward_flops = 0;   ///< as Operation's
  double backward_flops = 0;  ///< 0 when the op has no backward pass
};

/// A leaf or a value of an op, as it was recorded and planned.
struct TapeNode {
  NodeKind kind;
  std::string name;
  std::vector<Id> inputs;
  Shape shape;
  std::optional<PlannedBuffer> value, gradient;  ///< in the arena; buffers are shared by values that follow each other
  OpProfile profile;                             ///< all 0 for what is no op
  std::string reason;                            ///< Operation's
};

/// What an observer of a replay is shown: a value as soon as it is there, a gradient when all its parts are.
enum class Sight { value, gradient };

/// A tape over T = float or double.
/// Thread safety: one thread at a time; a replay uses the context's threads itself.
template <class T>
class Tape {
 public:
  explicit Tape(const Context& context);

  /// Borrowed values that never change and take no gradient. The memory must outlive the tape.
  Id constant(View<const T> values, const std::string& name = "constant");
  /// A leaf the caller fills through `value` before each replay; without and with gradient. Starts at zero.
  Id input(const Shape& shape, const std::string& name = "input");
  Id variable(const Shape& shape, const std::string& name = "variable");
  /// A variable whose memory is lent before replays, or never, on a tape that is only planned.
  Id unstored_variable(const Shape& shape, const std::string& name = "variable") {
    return add_leaf(NodeKind::variable, shape, name);
  }
  /// `memory` outlives the replays.
  void lend(Id unstored_variable, T* memory) { node(unstored_variable).memory.value = memory; }
  /// Stands behind the names of the ops recorded from now on, in plans and profiles: the layer they belong to.
  void set_label(const std::string& label) { label_ = label; }
  /// Used by the ops; shapes are theirs to check.
  Id record(Operation<T> operation);
  /// Says why a recorded op is computed the way it is.
  void explain(Id id, const std::string& reason) { node(id).op.reason = reason; }
  /// The k-th value of an op that has several; output(id, 0) is id.
  Id output(Id id, int k) const;

  Shape shape(Id id) const;
  /// True if a variable lies below.
  bool needs_gradient(Id id) const;
  const Context& context() const { return context_; }

  /// The value stays readable after a replay (leaves and the loss always are). Before planning only.
  void keep(Id id);
  /// The value gives up its memory after its last reader forward, and is computed once more, from the op's inputs,
  /// before its first reader backward. Without effect on leaves, kept values, values that nothing reads backward, that
  /// their own op reads backward, that are one of several, or that are made from one that is computed again itself.
  /// Before planning only.
  void recompute(Id id);
  /// The scalar that backward() differentiates. Before planning only.
  void set_loss(Id id);
  /// What backward(seeds) begins at, each once. Before planning only.
  void set_outputs(const std::vector<Id>& ids);

  /// Life and place of every buffer, and the bytes of the arena. Ends the recording; allocates nothing large.
  const Plan& plan();
  /// Plans and allocates the arena, after which a replay allocates nothing. forward() does it if nobody has.
  /// Throws Error(io) when memory does not suffice.
  void prepare();
  /// The same in memory of the caller's, of plan().arena_bytes or more and aligned like buffers, which outlives the
  /// replays. Several tapes may share it as long as each goes forward and backward before the next.
  void prepare(std::span<std::byte> arena);
  /// Computes all values.
  void forward();
  /// Computes the gradient of the loss at every variable, once after each forward(), whose values it uses up. The
  /// gradients stay readable until the next forward().
  void backward();
  /// The same of several outputs, whose gradients (as many as there are outputs, each of its output's size) are given:
  /// the gradient of sum_k <seeds[k], output k>. Outputs that depend on no variable have theirs ignored.
  void backward(std::span<const std::span<const T>> seeds);

  /// Notes the time of every op from now on, forgetting earlier ones, or stops doing so. Off at first.
  void set_profiling(bool on);
  /// All ops in the order of their recording.
  std::vector<OpProfile> profile() const;
  /// All nodes by their index. Ends the recording, as plan() does.
  std::vector<TapeNode> nodes();

  /// Called during replays with the numbers of every leaf, value and gradient, whose memory may hold something else
  /// after the call. An empty function ends it; none costs nothing.
  using Observer = std::function<void(Id node, Sight sight, std::span<const T> numbers)>;
  void set_observer(Observer observer) { observer_ = std::move(observer); }

  /// Leaf, loss or kept value; writable for input and variable.
  std::span<T> value(Id id);
  /// Gradient of a variable after backward(); where it will be, after prepare().
  std::span<const T> gradient(Id id) const;

 private:
  friend class OpBuffers<T>;
  struct Memory {
    T *value = nullptr, *gradient = nullptr, *saved = nullptr;
    T *forward_scratch = nullptr, *backward_scratch = nullptr;
    T *first = nullptr, *rematerialised = nullptr;  // values of a first and a second computation
    T* rematerialised_scratch = nullptr;
  };
  struct Node {
    NodeKind kind = NodeKind::operation;
    Operation<T> op;
    bool needs_gradient = false, kept = false, wants_recompute = false;  // NodeFacts
    NodePlan plan;
    Memory memory;
    double forward_seconds = 0, backward_seconds = 0;  // shortest while profiling
    Tensor<T> storage = {};                            // input and variable
  };

  Node& node(Id id);
  const Node& node(Id id) const;
  Id add_leaf(NodeKind kind, const Shape& shape, const std::string& name);
  void run(std::size_t i, bool backward);
  NodeFacts facts(const Node& node) const;
  OpProfile profile(const Node& self) const;
  void compute_again(std::size_t i);
  bool is_watched() const { return observer_ || context_.checks_numbers(); }
  void watch_leaves();
  void watch_values(std::size_t i);
  void watch_gradients(std::size_t i);
  void watch_variables();
  void check_gradients_made(std::size_t i) const;

  Context context_;
  std::string label_;
  std::vector<Node> nodes_;
  std::vector<Id> outputs_;
  bool planned_ = false;
  bool has_values_ = false;   // forward() ran at least once
  bool can_go_back_ = false;  // forward() ran since the last backward()
  bool profiling_ = false;
  Observer observer_;
  Plan plan_;
  AlignedBytes own_arena_;
  std::byte* arena_ = nullptr;
};

extern template class Tape<float>;
extern template class Tape<double>;

template <class T>
const Context& OpBuffers<T>::context() const {
  return tape_->context_;
}
template <class T>
const T* OpBuffers<T>::in(int slot) const {
  return tape_->node(tape_->nodes_[node_].op.inputs[static_cast<std::size_t>(slot)]).memory.value;
}
template <class T>
T* OpBuffers<T>::out(int k) const {
  return tape_->nodes_[node_ + static_cast<std::size_t>(k)].memory.value;
}
template <class T>
const T* OpBuffers<T>::dout(int k) const {
  return tape_->nodes_[node_ + static_cast<std::size_t>(k)].memory.gradient;
}
template <class T>
T* OpBuffers<T>::saved() const {
  return tape_->nodes_[node_].memory.saved;
}
template <class T>
T* OpBuffers<T>::din(int slot) const {
  const auto& input = tape_->node(tape_->nodes_[node_].op.inputs[static_cast<std::size_t>(slot)]);
  return input.plan.in_backward ? input.memory.gradient : nullptr;
}
template <class T>
bool OpBuffers<T>::accumulates(int slot) const {
  return tape_->nodes_[node_].plan.accumulates[static_cast<std::size_t>(slot)];
}
template <class T>
T* OpBuffers<T>::scratch() const {
  const auto& memory = tape_->nodes_[node_].memory;
  return backward_ ? memory.backward_scratch : memory.forward_scratch;
}

}  // namespace impasto::IMPASTO_ABI
