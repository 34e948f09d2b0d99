#include "autodiff/tape_plan.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace impasto::testing {
namespace {

constexpr std::size_t kBytes = 640;

NodeFacts variable() { return {.kind = NodeKind::variable, .name = "x", .bytes = kBytes, .needs_gradient = true}; }

NodeFacts op(const std::string& name, const std::vector<std::int32_t>& inputs) {
  NodeFacts facts{.name = name, .bytes = kBytes, .needs_gradient = true};
  for (const std::int32_t input : inputs) facts.inputs.push_back(Id{input});
  facts.saves_inputs.assign(inputs.size(), false);
  return facts;
}

NodeFacts loss(std::int32_t input) {
  NodeFacts facts = op("loss", {input});
  facts.bytes = 4;
  facts.kept = true;
  return facts;
}

TapePlan plan(const std::vector<NodeFacts>& nodes) {
  const Id last[] = {{static_cast<std::int32_t>(nodes.size()) - 1}};
  return plan_tape(nodes, last);
}

const PlannedBuffer& buffer(const TapePlan& plan, int place) {
  REQUIRE(place >= 0);
  return plan.memory.buffers[static_cast<std::size_t>(place)];
}

void check_life(const TapePlan& plan, int place, int begin, int end) {
  CHECK(buffer(plan, place).begin == begin);
  CHECK(buffer(plan, place).end == end);
}

}  // namespace

TEST_CASE("tape plan: a value lives from its op to its last reader, and backward only where it is saved") {
  std::vector<NodeFacts> nodes{variable(), op("a", {0}), op("b", {1}), op("c", {1}), op("d", {2, 3}), loss(4)};
  const TapePlan forgotten = plan(nodes);
  check_life(forgotten, forgotten.nodes[1].buffers.value, 1, 3);
  check_life(forgotten, forgotten.nodes[2].buffers.value, 2, 4);
  nodes[2].saves_inputs[0] = true;
  const TapePlan saved = plan(nodes);
  check_life(saved, saved.nodes[1].buffers.value, 1, 2 * 6 - 2);
  nodes[1].saves_output = true;
  const TapePlan own = plan(nodes);
  check_life(own, own.nodes[1].buffers.value, 1, 2 * 6 - 1);
  CHECK(own.nodes[0].buffers.value == -1);  // a leaf has memory of its own
}

TEST_CASE("tape plan: the loss, and what is kept, live to the end") {
  std::vector<NodeFacts> nodes{variable(), op("a", {0}), loss(1)};
  nodes[1].kept = true;
  const TapePlan kept = plan(nodes);
  const int end_of_time = 2 * 3 + 1;
  check_life(kept, kept.nodes[1].buffers.value, 1, end_of_time);
  check_life(kept, kept.nodes[2].buffers.value, 2, end_of_time);
  check_life(kept, kept.nodes[0].buffers.gradient, 2 * 3 - 1, end_of_time);
}

TEST_CASE("tape plan: an op that may work in place takes its input's memory, if nobody else reads it") {
  std::vector<NodeFacts> nodes{variable(), op("a", {0}), op("relu", {1}), op("b", {2}), loss(3)};
  nodes[2].reuses_input = true;
  const TapePlan shared = plan(nodes);
  CHECK(shared.nodes[2].buffers.value == shared.nodes[1].buffers.value);
  CHECK(buffer(shared, shared.nodes[1].buffers.value).name == "a+relu");
  check_life(shared, shared.nodes[1].buffers.value, 1, 3);

  const auto are_apart = [](const std::vector<NodeFacts>& changed) {
    const TapePlan p = plan(changed);
    return p.nodes[2].buffers.value != p.nodes[1].buffers.value;
  };
  std::vector<NodeFacts> read_later = nodes, of_leaf = nodes, larger = nodes, read_backward = nodes;
  read_later[3] = op("b", {2, 1});
  of_leaf[2].inputs[0] = Id{0};
  larger[1].bytes = 2 * kBytes;
  read_backward[2].saves_inputs[0] = true;
  for (const auto& changed : {read_later, of_leaf, larger, read_backward}) CHECK(are_apart(changed));
}

TEST_CASE("tape plan: the first contribution to a gradient writes, in the order of going back, later ones add") {
  const TapePlan p = plan({variable(), op("a", {0}), op("b", {1, 1}), op("c", {1, 2}), loss(3)});
  CHECK(p.nodes[3].accumulates == std::vector<bool>{false, false});
  CHECK(p.nodes[2].accumulates == std::vector<bool>{true, true});
  CHECK(p.nodes[1].accumulates == std::vector<bool>{false});
  check_life(p, p.nodes[1].buffers.gradient, 2 * 5 - 3, 2 * 5 - 1);
}

TEST_CASE("tape plan: a gradient may take the memory of its reader's gradient, or of the value it is made from") {
  std::vector<NodeFacts> nodes{variable(), op("a", {0}), op("b", {1}), loss(2)};
  nodes[2].reuses_gradient = true;
  const TapePlan taken = plan(nodes);
  CHECK(taken.nodes[1].buffers.gradient == taken.nodes[2].buffers.gradient);
  check_life(taken, taken.nodes[1].buffers.gradient, 2 * 4 - 3, 2 * 4 - 1);

  nodes[2].reuses_gradient = false;
  nodes[2].gradient_over_input = nodes[2].saves_inputs[0] = true;
  const TapePlan over = plan(nodes);
  CHECK(over.nodes[1].buffers.gradient == over.nodes[1].buffers.value);
  check_life(over, over.nodes[1].buffers.value, 1, 2 * 4 - 1);

  nodes[1].saves_output = true;  // its own op still reads it
  const TapePlan apart = plan(nodes);
  CHECK(apart.nodes[1].buffers.gradient != apart.nodes[1].buffers.value);
}

TEST_CASE("tape plan: what does not lie between a variable and the loss has no gradient") {
  std::vector<NodeFacts> nodes{variable(), variable(), op("a", {0}), op("b", {0}), loss(2)};
  nodes[3].needs_gradient = true;
  NodeFacts constant{.kind = NodeKind::constant, .name = "w", .bytes = kBytes};
  nodes.insert(nodes.begin(), constant);
  for (NodeFacts& node : nodes) {
    for (Id& id : node.inputs) ++id.index;
  }
  nodes[3].inputs.push_back(Id{0});
  nodes[3].saves_inputs.push_back(true);
  const TapePlan p = plan(nodes);
  CHECK_FALSE(p.nodes[0].in_backward);  // a constant
  CHECK(p.nodes[1].in_backward);
  CHECK_FALSE(p.nodes[2].in_backward);  // a variable that the loss does not depend on: its gradient is 0, and there
  CHECK(p.nodes[2].buffers.gradient >= 0);
  CHECK(p.nodes[3].in_backward);
  CHECK_FALSE(p.nodes[4].in_backward);  // read by nobody
  CHECK(p.nodes[0].buffers.gradient == -1);
  CHECK(p.nodes[4].buffers.gradient == -1);
}

TEST_CASE("tape plan: scratch lives during its op, what is saved until the op goes back") {
  std::vector<NodeFacts> nodes{variable(), op("a", {0}), loss(1)};
  nodes[1].saved = 100;
  nodes[1].forward_scratch = 200;
  nodes[1].backward_scratch = 300;
  const TapePlan p = plan(nodes);
  check_life(p, p.nodes[1].buffers.forward_scratch, 1, 1);
  check_life(p, p.nodes[1].buffers.backward_scratch, 2 * 3 - 1, 2 * 3 - 1);
  check_life(p, p.nodes[1].buffers.saved, 1, 2 * 3 - 1);
  CHECK(buffer(p, p.nodes[1].buffers.backward_scratch).bytes == 300);
  const TapePlan without_loss = plan_tape(nodes, {});
  CHECK(without_loss.nodes[1].buffers.saved == -1);
  CHECK(without_loss.nodes[1].buffers.backward_scratch == -1);
}

TEST_CASE("tape plan: a value computed once more lives twice, the second time from its first reader going back") {
  std::vector<NodeFacts> nodes{variable(), op("a", {0}), op("b", {1}), op("c", {1}), op("d", {2, 3}), loss(4)};
  nodes[1].wants_recompute = true;
  nodes[1].forward_scratch = 64;
  nodes[2].saves_inputs[0] = nodes[3].saves_inputs[0] = true;
  const TapePlan p = plan(nodes);
  CHECK(p.nodes[1].rematerialised_for == 3);
  check_life(p, p.nodes[1].buffers.value, 1, 3);
  check_life(p, p.nodes[1].buffers.rematerialised, 2 * 6 - 3, 2 * 6 - 2);
  check_life(p, p.nodes[1].buffers.rematerialised_scratch, 2 * 6 - 3, 2 * 6 - 3);
  nodes[1].several_values = true;
  CHECK(plan(nodes).nodes[1].rematerialised_for == -1);
}

TEST_CASE("tape plan: a further value is there from its op on, and its gradient until that goes back") {
  std::vector<NodeFacts> nodes{variable(), op("a", {0}), op("a", {1}), op("b", {1, 2}), loss(3)};
  nodes[1].several_values = true;
  nodes[2].kind = NodeKind::output;
  const TapePlan p = plan(nodes);
  check_life(p, p.nodes[2].buffers.value, 1, 3);
  check_life(p, p.nodes[2].buffers.gradient, 2 * 5 - 3, 2 * 5 - 1);
}

TEST_CASE("tape plan: buffers that live at the same time never share memory, whatever the graph") {
  std::mt19937 random(1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int round = 0; round < 200; ++round) {
    std::vector<NodeFacts> nodes{variable()};
    for (std::size_t i = 1; i < 12; ++i) {
      NodeFacts node = op("n", {static_cast<std::int32_t>(below(i)), static_cast<std::int32_t>(below(i))});
      node.bytes = kBytes * (1 + below(3));
      node.saves_inputs = {below(2) == 0, below(2) == 0};
      node.saves_output = below(3) == 0;
      node.reuses_input = below(2) == 0;
      node.reuses_gradient = below(2) == 0;
      node.gradient_over_input = below(3) == 0;
      node.wants_recompute = below(3) == 0;
      node.forward_scratch = 100 * below(3);
      node.saved = 100 * below(2);
      nodes.push_back(node);
    }
    nodes.push_back(loss(11));
    const TapePlan p = plan(nodes);
    for (const PlannedBuffer& a : p.memory.buffers) {
      CHECK(a.begin <= a.end);
      CHECK(a.offset + a.bytes <= p.memory.arena_bytes);
      for (const PlannedBuffer& b : p.memory.buffers) {
        const bool same_time = a.begin <= b.end && b.begin <= a.end;
        const bool same_place = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
        CHECK((&a == &b || !same_time || !same_place));
      }
    }
  }
}

}  // namespace impasto::testing
