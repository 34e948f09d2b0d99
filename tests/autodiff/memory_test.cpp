// What the tape does to need less memory: values computed twice, gradients in the place of values, several values an
// op.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "support/gradcheck.h"

namespace impasto {
namespace {

using testing::random_tensor;

struct Network {
  Id x, first, second, loss;
};

// A map that a Gram matrix reads backward, between two convolutions, the first of which makes it from half as much.
Network record(Tape<float>& tape, bool recompute) {
  Network n;
  n.x = tape.variable({20, 23, 4});
  const Id w1 = tape.input({3, 3, 4, 16}), b1 = tape.input({16}), w2 = tape.input({3, 3, 16, 8}), b2 = tape.input({8});
  n.first = conv2d_relu(tape, n.x, w1, b1, Padding::zero);
  n.second = conv2d_relu(tape, n.first, w2, b2, Padding::zero);
  if (recompute) tape.recompute(n.first);
  n.loss = add(tape, sum(tape, n.second), sum(tape, gram_matrix(tape, n.first)));
  tape.set_loss(n.loss);
  std::uint64_t seed = 1;
  for (const Id id : {n.x, w1, b1, w2, b2}) {
    const Tensor<double> values = random_tensor(tape.shape(id), seed++);
    std::copy_n(values.data(), values.shape().count(), tape.value(id).data());
  }
  return n;
}

template <class T>
Index buffers_named(Tape<T>& tape, const std::string& name) {
  const auto& buffers = tape.plan().buffers;
  return std::count_if(buffers.begin(), buffers.end(), [&](const PlannedBuffer& b) { return b.name == name; });
}

TEST_CASE("autodiff: a value computed once more gives the same bits, replay after replay") {
  for (const SimdTarget target : available_targets()) {
    INFO(to_string(target));
    Tape<float> kept(Context(2, target)), given_up(Context(2, target));
    const Network k = record(kept, false), g = record(given_up, true);
    for (int replay = 0; replay < 2; ++replay) {
      for (Tape<float>* tape : {&kept, &given_up}) {
        tape->forward();
        tape->backward();
      }
      CHECK(kept.value(k.loss)[0] == given_up.value(g.loss)[0]);
      CHECK(std::equal(kept.gradient(k.x).begin(), kept.gradient(k.x).end(), given_up.gradient(g.x).begin()));
    }
  }
}

TEST_CASE("autodiff: a value computed once more leaves its memory to others in between") {
  Tape<float> tape(Context(1));
  const Network n = record(tape, true);
  const bool fused = available_targets().front() != SimdTarget::baseline;  // plain relu reads its own value backward
  CHECK(buffers_named(tape, "conv2d_relu again") == (fused ? 1 : 0));
  CHECK(tape.shape(n.first) == Shape{20, 23, 16});
}

TEST_CASE("autodiff: recomputing what is kept, a leaf, or not read backward changes nothing") {
  Tape<double> tape(Context(1));
  const Id x = tape.variable({3, 3, 2});
  const Id y = scale(tape, x, 2.0), z = add(tape, y, y);
  for (const Id id : {x, y, z}) tape.recompute(id);
  tape.keep(z);
  tape.set_loss(sum(tape, z));
  for (const char* name : {"variable again", "scale again", "add again"}) CHECK(buffers_named(tape, name) == 0);
  tape.forward();
  tape.backward();
  for (const double g : tape.gradient(x)) CHECK(g == 4);
}

TEST_CASE("autodiff: of a chain of values wanted again only what is safe is computed twice") {
  const auto gradient = [](bool recompute) {
    Tape<float> tape(Context(2));
    const Id x = tape.variable({20, 24, 4}), w1 = tape.input({3, 3, 4, 16}), b1 = tape.input({16});
    const Id w2 = tape.input({3, 3, 16, 24}), b2 = tape.input({24});
    const Id a = conv2d_relu(tape, x, w1, b1, Padding::zero), b = conv2d_relu(tape, a, w2, b2, Padding::zero);
    const Id first = sum(tape, gram_matrix(tape, a)), second = sum(tape, gram_matrix(tape, b));
    if (recompute) {
      tape.recompute(a);
      tape.recompute(b);
    }
    tape.set_loss(add(tape, first, second));
    std::uint64_t seed = 1;
    for (const Id id : {x, w1, b1, w2, b2}) {
      const Tensor<double> values = random_tensor(tape.shape(id), seed++);
      std::copy_n(values.data(), values.shape().count(), tape.value(id).data());
    }
    tape.forward();
    tape.backward();
    return std::vector<float>(tape.gradient(x).begin(), tape.gradient(x).end());
  };
  CHECK(gradient(true) == gradient(false));
}

TEST_CASE("autodiff: a gradient may take the place of the value it is computed from") {
  if (available_targets().front() == SimdTarget::baseline) return;
  Tape<float> tape(Context(2));
  const Id x = tape.variable({30, 31, 8});
  const Id w = tape.input({3, 3, 8, 8}), b = tape.input({8});
  const Id a = conv2d_relu(tape, x, w, b, Padding::zero), y = conv2d_relu(tape, a, w, b, Padding::zero);
  tape.set_loss(add(tape, sum(tape, y), sum(tape, gram_matrix(tape, a))));
  CHECK(buffers_named(tape, "d conv2d_relu") == 1);  // y's; a's gradient is where a was
}

// y = 2 x and z = 3 x in one op.
Id twice_and_thrice(Tape<double>& tape, Id x) {
  const Shape shape = tape.shape(x);
  const Index count = shape.count();
  const auto forward = [count](const OpBuffers<double>& r) {
    for (Index i = 0; i < count; ++i) {
      r.out()[i] = 2 * r.in(0)[i];
      r.out(1)[i] = 3 * r.in(0)[i];
    }
  };
  const auto backward = [count](const OpBuffers<double>& r) {
    for (Index i = 0; i < count; ++i)
      r.din(0)[i] = (r.dout() != nullptr ? 2 * r.dout()[i] : 0) + (r.dout(1) != nullptr ? 3 * r.dout(1)[i] : 0);
  };
  return tape.record({.name = "both",
                      .inputs = {x},
                      .shape = shape,
                      .forward = forward,
                      .backward = backward,
                      .more_shapes = {shape}});
}

TEST_CASE("autodiff: an op with two values takes the gradients of those that the loss depends on") {
  const auto gradient = [](bool first, bool second) {
    Tape<double> tape(Context(1));
    const Id x = tape.variable({2, 2, 1});
    const Id y = twice_and_thrice(tape, x), z = tape.output(y, 1);
    tape.set_loss(sum(tape, first && second ? add(tape, y, z) : first ? y : z));
    std::iota(tape.value(x).begin(), tape.value(x).end(), 1.0);
    tape.forward();
    tape.backward();
    return tape.gradient(x)[3];
  };
  CHECK(gradient(true, false) == 2);
  CHECK(gradient(false, true) == 3);
  CHECK(gradient(true, true) == 5);
}

TEST_CASE("autodiff: a label stands behind the names of the ops recorded under it") {
  Tape<float> tape(Context(1));
  tape.set_label("block9");
  tape.set_loss(sum(tape, tape.variable({3})));
  CHECK(tape.profile().front().name == "sum block9");
}

}  // namespace
}  // namespace impasto
