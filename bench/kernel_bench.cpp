// The matrix product from L2 and the convolutions of VGG19 at the tutorial's 450 x 300 pixels, on every target.
// GFLOP/s counts multiplications and additions of direct convolution. Two threads are two of the machine's cores.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "kernel/conv2d.h"
#include "kernel/gemm.h"
#include "random_tensor.h"

namespace impasto {
namespace {

void product(benchmark::State& state, SimdTarget target) {
  const Gemm<float>& kernel = gemm<float>(Context(1, target));
  const Index M = 96, N = 64, K = 256;  // A and B together: 160 KiB
  const Tensor<float> a = random_tensor({M, K}), b = random_tensor({K, N});
  Tensor<float> packed({kernel.packed_size(K, N)}), c({M, N});
  kernel.pack({b.data(), N, 1}, 0, K, K, N, packed.data());
  for (auto _ : state) kernel.multiply(M, N, K, {a.data(), K, 1}, packed.data(), c.data(), N, false);
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * static_cast<double>(M * N * K), benchmark::Counter::kIsIterationInvariantRate);
}

struct Layer {
  const char* name;
  Index H, W, C, K;
};
constexpr Layer kLayers[] = {
    {"conv1_1", 300, 450, 3, 64},    {"conv1_2", 300, 450, 64, 64},  {"conv2_1", 150, 225, 64, 128},
    {"conv2_2", 150, 225, 128, 128}, {"conv3_1", 75, 112, 128, 256}, {"conv3_2", 75, 112, 256, 256},
    {"conv4_1", 37, 56, 256, 512},   {"conv4_2", 37, 56, 512, 512},  {"conv5_1", 18, 28, 512, 512}};

void convolution(benchmark::State& state, const Layer& layer, SimdTarget target, bool backward) {
  const Context context(std::min(2, available_cores()), target);
  const Shape xs{layer.H, layer.W, layer.C}, ws{3, 3, layer.C, layer.K};
  const Conv2d conv(xs, ws, 1, Border::zero);
  const Tensor<float> x = random_tensor(xs), w = random_tensor(ws, 0.05);
  Tensor<float> y = random_tensor(conv.output()), dx(xs);
  Tensor<float> scratch({std::max(conv.forward_scratch<float>(context), conv.backward_data_scratch<float>(context))});
  for (auto _ : state) {
    if (backward) {
      conv.backward_data(context, y.data(), w.data(), dx.data(), false, scratch.data());
    } else {
      conv.forward(context, x.data(), w.data(), y.data(), scratch.data());
    }
  }
  const double flops = 2.0 * 9 * static_cast<double>(layer.H * layer.W * layer.C * layer.K);
  state.counters["GFLOP/s"] = benchmark::Counter(1e-9 * flops, benchmark::Counter::kIsIterationInvariantRate);
}

const bool kRegistered = [] {
  for (const SimdTarget target : available_targets()) {
    const std::string suffix = "/" + to_string(target);
    benchmark::RegisterBenchmark(("product" + suffix).c_str(), product, target);
    for (const Layer& layer : kLayers) {
      for (const bool backward : {false, true}) {
        const std::string name = std::string(layer.name) + (backward ? "/dx" : "/y") + suffix;
        benchmark::RegisterBenchmark(name.c_str(), convolution, layer, target, backward)
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace impasto
