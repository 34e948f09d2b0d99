// Whole steps: the tutorial's layers to conv5_2 on a full-width VGG19 with random weights, and the default preset on
// the built-in network.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "base/random.h"
#include "impasto/stylise.h"

namespace impasto {
namespace {

Image noise(int width, int height) {
  Image image(width, height);
  Random random(2);
  for (float& value : image.pixels()) value = static_cast<float>(random.uniform());
  return image;
}

void step(benchmark::State& state, const Weights& weights, const char* name, int width, int height) {
  Options options = preset(name, weights);
  options.width = width;
  options.height = height;
  Stylizer stylizer(noise(width, height), noise(width, height), weights, options,
                    Context(std::min(2, available_cores())));
  for (auto _ : state) stylizer.step();
  state.counters["planned MiB"] = static_cast<double>(stylizer.planned_bytes()) / (1 << 20);
}

const bool kRegistered = [] {
  const auto add = [](const char* title, const Weights& weights, const char* name, int width, int height) {
    benchmark::RegisterBenchmark(title, step, weights, name, width, height)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond)
        ->MinTime(2);
  };
  add("step/tutorial 450x300", Weights::random(1), "tutorial", 450, 300);
  add("step/default 450x300", Weights::builtin(), "default", 450, 300);
  add("step/default 512x341", Weights::builtin(), "default", 512, 341);
  return true;
}();

}  // namespace
}  // namespace impasto
