// Whole steps: the tutorial's layers to conv5_2 on a full-width VGG19 with random weights, and the default preset on
// the networks of the library; and what passes before the first of them is done.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

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

// Made when the first benchmark wants them: listing takes no time.
template <Weights (*make)()>
const Weights& made_once() {
  static const Weights weights = make();
  return weights;
}

Weights full_width() { return Weights::random(1); }

struct Painting {
  const char* called;
  const char* preset;
  const Weights& (*weights)();
  int width, height;
  Memory memory;

  Stylizer start(const Image& picture) const {
    Options options = impasto::preset(preset, weights());
    options.width = width;
    options.height = height;
    return {picture, picture, weights(), options, Context(std::min(2, available_cores())).with_memory(memory)};
  }
  std::string name() const {
    return std::string(called) + "/" + std::to_string(width) + "x" + std::to_string(height) + "/" + to_string(memory);
  }
};

void step(benchmark::State& state, const Painting& painting) {
  Stylizer stylizer = painting.start(noise(painting.width, painting.height));
  stylizer.step();  // the first touch of its memory
  for (auto _ : state) stylizer.step();
  const double bytes = static_cast<double>(stylizer.planned_bytes());
  state.counters["planned MiB"] = bytes / (1 << 20);
  state.counters["planned bytes per pixel"] = bytes / (painting.width * painting.height);
}

// From pictures and weights in memory to the end of the first step: targets, plan and all. Once, as a run does it.
void first_step(benchmark::State& state, const Painting& painting) {
  const Image picture = noise(painting.width, painting.height);
  painting.weights();
  for (auto _ : state) painting.start(picture).step();
}

void add_step(const Painting& painting) {
  benchmark::RegisterBenchmark(("step/" + painting.name()).c_str(), step, painting)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond)
      ->MinTime(2);
}

const bool kRegistered = [] {
  const Painting first{"tutorial", "tutorial", made_once<full_width>, 450, 300, Memory::automatic};
  benchmark::RegisterBenchmark(("first step/" + first.name()).c_str(), first_step, first)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1);
  for (const Memory memory : {Memory::automatic, Memory::fast}) {
    add_step({"tutorial", "tutorial", made_once<full_width>, 450, 300, memory});
    add_step({"tutorial", "tutorial", made_once<full_width>, 512, 512, memory});
    add_step({"tutorial", "tutorial", made_once<full_width>, 1024, 1024, memory});
  }
  add_step({"builtin", "default", made_once<Weights::builtin>, 450, 300, Memory::automatic});
  add_step({"builtin", "default", made_once<Weights::builtin>, 512, 341, Memory::automatic});
  add_step({"formula", "default", made_once<Weights::formula>, 450, 300, Memory::automatic});
  add_step({"formula", "default", made_once<Weights::formula>, 512, 341, Memory::automatic});
  return true;
}();

}  // namespace
}  // namespace impasto
