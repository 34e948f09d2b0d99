// Threads of our own: every thread that runs loops has a team, from its first loop to its end. A C++ library that is
// unloaded stays in memory until such threads have ended (glibc), so a team's helpers never run code that is gone.
#include <algorithm>
#include <new>
#include <string>
#include <thread>

#include "base/machine.h"
#include "base/thread_backend.h"
#include "base/thread_team.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace impasto::IMPASTO_ABI {
namespace {

struct OwnTeam {
  ThreadTeam* team = nullptr;
  long process = 0;  // where the team's helpers are: a fork copies the team but not its threads

  ~OwnTeam() {
    if (process == process_id()) delete team;
  }
};

thread_local OwnTeam own;

}  // namespace

LoopThreads run_on_threads(Loop& loop, int threads) noexcept {
  if (own.team == nullptr) {
    own.team = new (std::nothrow) ThreadTeam;
    own.process = process_id();
  }
  const bool forked = own.process != process_id();
  if (own.team == nullptr || forked) {
    loop.work(0);
    return {1, forked ? kForked : kThreadsRefused};
  }
  own.team->hire(threads - 1);
  own.team->run(loop, threads);
  const int had = std::min(threads, own.team->helpers() + 1);
  return {had, had < threads ? kThreadsRefused : nullptr};
}

int scheduled_cores() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::string backend_name() { return "a pool of its own"; }

}  // namespace impasto::IMPASTO_ABI
