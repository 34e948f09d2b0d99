// The ops beside convolution, forward and backward together, on the widest map of the tutorial (450 x 300 x 64).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <functional>

#include "autodiff/ops/ops.h"
#include "random_tensor.h"

namespace impasto {
namespace {

using Recorder = std::function<Id(Tape<float>&, Id)>;

void op(benchmark::State& state, const Recorder& record) {
  Tape<float> tape(Context(std::min(2, available_cores())));
  const Id x = tape.variable({300, 450, 64});
  const Tensor<float> values = random_tensor(tape.shape(x));
  std::copy_n(values.data(), values.shape().count(), tape.value(x).data());
  const Id y = record(tape, x);
  tape.set_loss(tape.shape(y).count() == 1 ? y : sum(tape, y));
  for (auto _ : state) {
    tape.forward();
    tape.backward();
  }
}

void add_op(const char* name, const Recorder& record) {
  benchmark::RegisterBenchmark(name, op, record)->UseRealTime()->Unit(benchmark::kMillisecond);
}

const bool kRegistered = [] {
  add_op("sum", [](Tape<float>& t, Id x) { return sum(t, x); });
  add_op("relu + sum", [](Tape<float>& t, Id x) { return relu(t, x); });
  add_op("max_pool + sum", [](Tape<float>& t, Id x) { return max_pool(t, x); });
  add_op("avg_pool + sum", [](Tape<float>& t, Id x) { return avg_pool(t, x); });
  add_op("gram_matrix + sum", [](Tape<float>& t, Id x) { return gram_matrix(t, x); });
  add_op("squared_error", [](Tape<float>& t, Id x) { return squared_error(t, x, t.input(t.shape(x))); });
  add_op("total_variation", [](Tape<float>& t, Id x) { return total_variation(t, x); });
  return true;
}();

}  // namespace
}  // namespace impasto
