// The machine's peak: multiply-accumulates on all threads at once, timed.
#include "kernel/simd/peak.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include "base/parallel.h"
#include "impasto/benchmark.h"

namespace impasto::IMPASTO_ABI {
namespace {

struct Trial {
  double seconds;
  double flops;  // of all threads
};

Trial trial(const Context& context, Index rounds) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> flops(static_cast<std::size_t>(context.threads()));
  const Clock::time_point start = Clock::now();
  parallel_for(context, context.threads(),
               [&](Index i, int) { flops[static_cast<std::size_t>(i)] = run_multiply_adds(context.target(), rounds); });
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  double total = 0;
  for (const double one : flops) total += one;
  return {seconds, total};
}

}  // namespace

double peak_gflops(const Context& context) {
  // A trial is long beside the start of threads and short beside the pauses a busy system makes.
  constexpr double kTrialSeconds = 4e-3;
  constexpr int kTrials = 8;
  Index rounds = 1000;
  while (trial(context, rounds).seconds < kTrialSeconds) rounds *= 2;
  double best = 0;
  for (int i = 0; i < kTrials; ++i) {
    const Trial t = trial(context, rounds);
    best = std::max(best, 1e-9 * t.flops / t.seconds);
  }
  return best;
}

}  // namespace impasto::IMPASTO_ABI
