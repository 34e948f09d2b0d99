// Threads of OpenMP's: a team for every thread that runs loops, kept and made to wait by its runtime. Its settings are
// neither read nor changed.
#include <omp.h>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/machine.h"
#include "base/thread_backend.h"

namespace impasto::inline v0_1 {
namespace {

/// How many of `wanted` threads to ask OpenMP for. Its runtimes end the process when the system refuses one, so this
/// tries before, with one more than is needed, for what a runtime takes besides. Half of those that there were where
/// one was refused: at a limit of memory the work needs room too.
int threads_given(int wanted) noexcept {
  std::vector<std::thread> asked;
  std::mutex mutex;
  std::condition_variable all_asked;
  bool done = false;
  try {
    asked.reserve(static_cast<std::size_t>(wanted));
    while (static_cast<int>(asked.size()) < wanted) {
      asked.emplace_back([&] {
        std::unique_lock<std::mutex> lock(mutex);
        all_asked.wait(lock, [&] { return done; });
      });
    }
  } catch (const std::exception&) {  // no thread (std::system_error), no memory for it
  }
  {
    const std::lock_guard<std::mutex> lock(mutex);
    done = true;
  }
  all_asked.notify_all();
  for (std::thread& thread : asked) thread.join();
  const int there = static_cast<int>(asked.size());
  return std::max(1, there < wanted ? there / 2 : there);
}

// A child process has none of the team's threads and would wait for them for ever.
bool forked_since_first_loop() {
  static const long first = process_id();
  return first != process_id();
}

// What this thread's last loop asked for and had. Only a team that grows needs new threads; one that shrinks lets its
// own go.
struct Team {
  int asked = 1;
  int given = 1;
};
thread_local Team team;

}  // namespace

LoopThreads run_on_threads(Loop& loop, int threads) noexcept {
  const bool forked = forked_since_first_loop();
  if (forked || omp_in_parallel() != 0) {
    loop.work(0);
    return {1, forked ? kForked : nullptr};
  }
  const int given = std::min(threads, threads > team.asked ? threads_given(threads) : team.given);
  team = {threads, given};
#pragma omp parallel num_threads(given) default(shared)
  loop.work(omp_get_thread_num());
  return {given, given < threads ? kThreadsRefused : nullptr};
}

int scheduled_cores() { return std::max(1, omp_get_num_procs()); }

std::string backend_name() { return "OpenMP " + std::to_string(_OPENMP); }

}  // namespace impasto::inline v0_1
