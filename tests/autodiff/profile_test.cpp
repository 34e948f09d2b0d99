// What a tape knows of the time and the work of its ops.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "autodiff/ops/ops.h"
#include "support/gradcheck.h"

namespace impasto {
namespace {

// A convolution of 3 to 5 channels on 16 x 20, a ReLU, a Gram matrix, a sum.
void record(Tape<float>& tape) {
  const Id x = tape.variable({16, 20, 3});
  const Id w = tape.input({3, 3, 3, 5});
  for (const Id leaf : {x, w}) {
    const Tensor<float> values = testing::random_tensor(tape.shape(leaf), 1).as<float>();
    std::copy_n(values.data(), values.shape().count(), tape.value(leaf).data());
  }
  tape.set_loss(sum(tape, gram_matrix(tape, relu(tape, conv2d(tape, x, w)))));
}

void replay(Tape<float>& tape) {
  tape.forward();
  tape.backward();
}

TEST_CASE("autodiff: a profile names the ops in order, with their shapes and the work of direct algorithms") {
  Tape<float> tape(Context(1));
  record(tape);
  tape.prepare();
  const std::vector<OpProfile> ops = tape.profile();
  REQUIRE(ops.size() == 4);
  CHECK(ops[0].name == "conv2d");
  CHECK(ops[0].shape == Shape{16, 20, 5});
  CHECK(ops[0].forward_flops == 2.0 * 16 * 20 * 5 * 9 * 3);
  CHECK(ops[0].backward_flops == ops[0].forward_flops);  // of x alone: w is no variable
  CHECK(ops[1].name == "relu");
  CHECK(ops[1].forward_flops == 0);
  CHECK(ops[2].name == "gram_matrix");
  CHECK(ops[2].forward_flops == 2.0 * 16 * 20 * 5 * 5);
  CHECK(ops[2].backward_flops == ops[2].forward_flops);
  CHECK(ops[3].shape.count() == 1);
}

TEST_CASE("autodiff: seconds are noted while profiling is on, and only then") {
  Tape<float> tape(Context(2));
  record(tape);
  replay(tape);
  for (const OpProfile& op : tape.profile()) CHECK(op.forward_seconds + op.backward_seconds == 0);
  tape.set_profiling(true);
  replay(tape);
  const std::vector<OpProfile> first = tape.profile();
  for (const OpProfile& op : first) {
    CHECK_MESSAGE(op.forward_seconds > 0, op.name);
    CHECK_MESSAGE(op.backward_seconds > 0, op.name);
    CHECK(op.forward_seconds + op.backward_seconds < 60);
  }
  replay(tape);
  const std::vector<OpProfile> second = tape.profile();
  for (std::size_t i = 0; i < first.size(); ++i) CHECK(second[i].forward_seconds <= first[i].forward_seconds);
  tape.set_profiling(false);
  replay(tape);
  CHECK(tape.profile()[0].forward_seconds == second[0].forward_seconds);
  tape.set_profiling(true);
  CHECK(tape.profile()[0].forward_seconds == 0);
}

TEST_CASE("autodiff: an op that no gradient passes has no work in its backward pass") {
  Tape<float> tape(Context(1));
  const Id x = tape.input({16, 20, 3});
  const Id gram = gram_matrix(tape, x);
  tape.keep(gram);
  tape.set_profiling(true);
  tape.forward();
  const OpProfile op = tape.profile().front();
  CHECK(op.forward_seconds > 0);
  CHECK(op.backward_seconds == 0);
  CHECK(op.backward_flops == 0);
}

}  // namespace
}  // namespace impasto
