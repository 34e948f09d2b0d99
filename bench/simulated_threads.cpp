#include "simulated_threads.h"

#include <execinfo.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "base/thread_backend.h"

namespace impasto {
namespace {

Trace trace;
double resumed = 0;  // when the serial code that runs now began

double now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// What asking for the time adds to a piece.
double cost_of_now() {
  constexpr int kCalls = 2000;
  const double begin = now();
  for (int i = 0; i < kCalls; ++i) now();
  return (now() - begin) / kCalls;
}

// When the last of the pieces is done that are handed out in their order to whichever thread is free first.
double span_of(const std::vector<double>& pieces, int threads) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free;
  for (int i = 0; i < threads; ++i) free.push(0);
  double last = 0;
  for (const double piece : pieces) {
    const double done = free.top() + piece;
    free.pop();
    free.push(done);
    last = std::max(last, done);
  }
  return last;
}

}  // namespace

void begin_trace() {
  trace = {};
  resumed = now();
}

Trace end_trace() {
  trace.serial += now() - resumed;
  return std::exchange(trace, {});
}

}  // namespace impasto

namespace impasto::IMPASTO_ABI {

LoopThreads run_on_threads(Loop& loop, int threads) noexcept {
  static const double clock = cost_of_now();
  trace.serial += now() - resumed;
  std::array<void*, 3> callers{};  // this function, run_loop, and who ran the loop
  backtrace(callers.data(), static_cast<int>(callers.size()));
  std::vector<double> pieces;
  double work = 0;
  for (std::ptrdiff_t i = 0; i < loop.count; ++i) {
    const double begin = now();
    loop.body.run(loop.body.body, i, 0);
    pieces.push_back(std::max(0.0, now() - begin - clock));
    work += pieces.back();
  }
  LoopTimes& times = trace.by_place[callers.back()];
  ++times.loops;
  times.pieces += loop.count;
  times.work += work;
  times.span += span_of(pieces, threads);
  resumed = now();
  return {threads, nullptr};
}

int scheduled_cores() { return 1; }

std::string backend_name() { return "simulated threads"; }

}  // namespace impasto::IMPASTO_ABI
