// Every op, forward and backward together, on the widest map of the tutorial (450 x 300 x 64), and the sum that makes
// a loss of it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "impasto/weights.h"
#include "lab/op_cases.h"
#include "random_tensor.h"

namespace impasto {
namespace {

void measure(benchmark::State& state, const OpCase& op) {
  Tape<float> tape(Context(std::min(2, available_cores())));
  std::vector<Id> variables;
  for (const Shape& shape : op.shapes) variables.push_back(tape.variable(shape));
  const Id y = op.in_float(tape, variables);
  tape.set_loss(tape.shape(y).count() == 1 ? y : sum(tape, y));
  for (const Id x : variables) {
    const Tensor<float> values = random_tensor(tape.shape(x));
    std::copy_n(values.data(), values.shape().count(), tape.value(x).data());
  }
  for (auto _ : state) {
    tape.forward();
    tape.backward();
  }
}

const bool kRegistered = [] {
  for (const OpCase& op : op_cases({300, 450, 64}, 1, Weights::formula().network())) {
    benchmark::RegisterBenchmark(op.name.c_str(), measure, op)->UseRealTime()->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
}  // namespace impasto
