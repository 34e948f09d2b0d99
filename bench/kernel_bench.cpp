// The matrix product from L2 and the convolutions of VGG19 at the tutorial's 450 x 300 pixels, on every target, beside
// the machine's own peak of multiply-accumulates, measured in the same run.
// GFLOP/s counts multiplications and additions of direct convolution: Winograd's minimal filtering takes fewer, and
// its share of the peak may exceed 1. Two threads are two of the machine's cores.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "impasto/benchmark.h"
#include "kernel/conv2d.h"
#include "kernel/gemm/gemm.h"
#include "kernel/winograd/conv_pair.h"
#include "kernel/winograd/winograd.h"
#include "random_tensor.h"

namespace impasto {
namespace {

enum class Direction { forward, backward };

// GFLOP/s, measured once a target and number of threads.
double peak(const Context& context) {
  static std::map<std::pair<SimdTarget, int>, double> measured;
  const auto [entry, is_new] = measured.try_emplace({context.target(), context.threads()});
  if (is_new) entry->second = peak_gflops(context);
  return entry->second;
}

template <class Work>
void measure(benchmark::State& state, const Context& context, double flops, Work&& work) {
  using Clock = std::chrono::steady_clock;
  const double best = peak(context);
  work();  // the first touch of its memory
  const Clock::time_point start = Clock::now();
  for (auto _ : state) work();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const double gflops = 1e-9 * flops * static_cast<double>(state.iterations()) / seconds;
  state.counters["GFLOP/s"] = gflops;
  state.counters["share of peak"] = gflops / best;
}

Context two_threads(SimdTarget target) { return {std::min(2, available_cores()), target}; }

void product(benchmark::State& state, SimdTarget target) {
  const Context context(1, target);
  const Gemm<float>& kernel = gemm<float>(context);
  const Index M = 96, N = 64, K = 256;  // A and B together: 160 KiB
  const Tensor<float> a = random_tensor({M, K}), b = random_tensor({K, N});
  Tensor<float> packed({kernel.packed_size(K, N)}), c({M, N});
  kernel.pack({b.data(), N, 1}, 0, K, K, N, packed.data());
  measure(state, context, 2.0 * static_cast<double>(M * N * K), [&] {
    kernel.multiply(M, N, K, {a.data(), K, 1}, packed.data(), c.data(), N, false);
  });
}

/// H x W x C to H x W x K, pooled by the Winograd kernel on its way out.
struct Layer {
  const char* name;
  Index H, W, C, K;
  Pooling pool = Pooling::none;

  Shape input() const { return {H, W, C}; }
  Shape filters() const { return {3, 3, C, K}; }
  bool like(const Layer& other) const { return input() == other.input() && K == other.K; }
  double flops() const { return 2.0 * 9 * static_cast<double>(H * W * C * K); }
};

// conv3_3 is like conv3_2, conv4_3 like conv4_2, conv5_2 like conv5_1.
constexpr Layer kLayers[] = {
    {"conv2_1", 150, 225, 64, 128}, {"conv2_2", 150, 225, 128, 128, Pooling::max}, {"conv3_1", 75, 112, 128, 256},
    {"conv3_2", 75, 112, 256, 256}, {"conv3_4", 75, 112, 256, 256, Pooling::max},  {"conv4_1", 37, 56, 256, 512},
    {"conv4_2", 37, 56, 512, 512},  {"conv4_4", 37, 56, 512, 512, Pooling::max},   {"conv5_1", 18, 28, 512, 512}};
constexpr Layer kFirst = {"conv1_1", 300, 450, 3, 64}, kSecond = {"conv1_2", 300, 450, 64, 64, Pooling::max};

void winograd(benchmark::State& state, const Layer& layer, SimdTarget target, Direction direction) {
  const Context context = two_threads(target);
  const WinogradConv conv(context, layer.input(), layer.K, Padding::zero, layer.pool);
  const Tensor<float> w = random_tensor(layer.filters(), 0.05), b = random_tensor({layer.K}, 0.05);
  const Tensor<float> x = random_tensor(layer.input());
  Tensor<float> y(conv.output()), dx(layer.input());
  Tensor<std::uint8_t> bits({conv.mask_bytes()});
  Tensor<float> scratch({std::max(conv.forward_scratch(), conv.backward_scratch())});
  const auto forward = [&] {
    conv.forward(context, x.data(), w.data(), b.data(), y.data(), bits.data(), scratch.data());
  };
  if (direction == Direction::forward) {
    measure(state, context, layer.flops(), forward);
  } else {
    forward();
    const Tensor<float> dy = random_tensor(conv.output());
    measure(state, context, layer.flops(),
            [&] { conv.backward(context, dy.data(), w.data(), bits.data(), dx.data(), false, scratch.data()); });
  }
}

// conv1_1 and conv1_2 in one, with the Gram matrix of what lies between. What the way back computes once more does not
// count.
void pair(benchmark::State& state, SimdTarget target, Direction direction) {
  const Context context = two_threads(target);
  const Index C1 = kFirst.K;
  const ConvPair conv(context, kFirst.input(), C1, kSecond.K, Padding::zero, kSecond.pool, whole_area(kFirst.input()));
  const Tensor<float> w1 = random_tensor(kFirst.filters(), 0.2), b1 = random_tensor({C1}, 0.05);
  const Tensor<float> w2 = random_tensor(kSecond.filters(), 0.05), b2 = random_tensor({kSecond.K}, 0.05);
  const ConvPair::Weights weights{w1.data(), b1.data(), w2.data(), b2.data()};
  const Tensor<float> x = random_tensor(kFirst.input());
  Tensor<float> y(conv.output()), G({C1, C1});
  Tensor<std::uint8_t> bits({conv.mask_bytes()});
  Tensor<float> scratch({std::max(conv.forward_scratch(context), conv.backward_scratch(context))});
  const double flops = kFirst.flops() + kSecond.flops() + 2.0 * static_cast<double>(kFirst.H * kFirst.W * C1 * C1);
  const auto forward = [&] {
    conv.forward(context, x.data(), weights, y.data(), {G.data()}, bits.data(), scratch.data());
  };
  if (direction == Direction::forward) {
    measure(state, context, flops, forward);
  } else {
    forward();
    const Tensor<float> dy = random_tensor(conv.output()), dG = random_tensor(G.shape());
    Tensor<float> dx(kFirst.input());
    measure(state, context, flops, [&] {
      conv.backward(context, x.data(), weights, dy.data(), {dG.data()}, bits.data(), dx.data(), false, scratch.data());
    });
  }
}

void im2col(benchmark::State& state, const Layer& layer, SimdTarget target, Direction direction) {
  const Context context = two_threads(target);
  const Conv2d conv(layer.input(), layer.filters(), 1, Padding::zero);
  const Tensor<float> x = random_tensor(layer.input()), w = random_tensor(layer.filters(), 0.05);
  Tensor<float> y = random_tensor(conv.output()), dx(layer.input());
  Tensor<float> scratch({std::max(conv.forward_scratch<float>(context), conv.backward_data_scratch<float>(context))});
  measure(state, context, layer.flops(), [&] {
    if (direction == Direction::forward) {
      conv.forward(context, x.data(), w.data(), y.data(), scratch.data());
    } else {
      conv.backward_data(context, y.data(), w.data(), dx.data(), false, scratch.data());
    }
  });
}

template <class... Arguments>
void add(const std::string& name, Arguments&&... arguments) {
  benchmark::RegisterBenchmark(name.c_str(), std::forward<Arguments>(arguments)...)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

void add_target(SimdTarget target) {
  const std::string suffix = "/" + to_string(target);
  benchmark::RegisterBenchmark(("product" + suffix).c_str(), product, target);
  for (const Direction direction : {Direction::forward, Direction::backward}) {
    const std::string end = (direction == Direction::forward ? "/y" : "/dx") + suffix;
    if (WinogradConv::available(two_threads(target))) {
      add("winograd/conv1_1+conv1_2" + end, pair, target, direction);
      for (const Layer& layer : kLayers) add("winograd/" + (layer.name + end), winograd, layer, target, direction);
    }
    add("im2col/" + (kFirst.name + end), im2col, kFirst, target, direction);
    add("im2col/" + (kSecond.name + end), im2col, kSecond, target, direction);
    for (const Layer* layer = kLayers; layer != std::end(kLayers); ++layer) {
      if (layer != kLayers && layer->like(layer[-1])) continue;
      add("im2col/" + (layer->name + end), im2col, *layer, target, direction);
    }
  }
}

const bool kRegistered = [] {
  for (const SimdTarget target : available_targets()) add_target(target);
  return true;
}();

}  // namespace
}  // namespace impasto
