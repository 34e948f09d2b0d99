// Threads of OpenMP's: a team for every thread that runs loops, kept and made to wait by its runtime. Its settings are
// neither read nor changed.
#include <omp.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <new>
#include <string>

#include "base/machine.h"
#include "base/thread_backend.h"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace impasto::IMPASTO_ABI {
namespace {

#if defined(__unix__) || defined(__APPLE__)
// Threads that wait until all are asked for.
struct Asked {
  std::mutex mutex;
  std::condition_variable changed;
  int waiting = 0;
  bool done = false;

  static void* wait(void* asked) {
    // With its first allocation a thread reserves a heap of its own (glibc: 64 MiB), as a runtime's threads will.
    ::operator delete(::operator new(1, std::nothrow));
    Asked& self = *static_cast<Asked*>(asked);
    std::unique_lock<std::mutex> lock(self.mutex);
    ++self.waiting;
    self.changed.notify_all();
    self.changed.wait(lock, [&] { return self.done; });
    return nullptr;
  }

  // One more; false if the system refuses it. Its heap is there when this returns: all heaps and stacks together count.
  bool add(pthread_t& thread, const pthread_attr_t& attributes) {
    std::unique_lock<std::mutex> lock(mutex);
    const int before = waiting;
    if (pthread_create(&thread, &attributes, wait, this) != 0) return false;
    changed.wait(lock, [&] { return waiting > before; });
    return true;
  }
  void end() {
    const std::lock_guard<std::mutex> lock(mutex);
    done = true;
    changed.notify_all();
  }
};

/// How many of `wanted` threads to ask OpenMP for. Its runtimes end the process when the system refuses one, so this
/// tries before, with one more than is needed, for what a runtime takes besides. Half of those that there were where
/// one was refused: at a limit of memory the work needs room too.
int threads_given(int wanted) noexcept {
  constexpr std::size_t kMore = std::size_t{1} << 20;  // LLVM's stacks are 64 bytes a thread above the default
  Asked asked;
  std::array<pthread_t, 1024> threads;
  pthread_attr_t attributes;
  std::size_t stack = 0;
  if (pthread_attr_init(&attributes) != 0) return 1;
  if (pthread_attr_getstacksize(&attributes, &stack) == 0) pthread_attr_setstacksize(&attributes, stack + kMore);
  int there = 0;
  const int most = std::min(wanted, static_cast<int>(threads.size()));
  while (there < most && asked.add(threads[static_cast<std::size_t>(there)], attributes)) ++there;
  pthread_attr_destroy(&attributes);
  asked.end();
  for (int i = 0; i < there; ++i) pthread_join(threads[static_cast<std::size_t>(i)], nullptr);
  return std::max(1, there < most ? there / 2 : there);
}
#else
int threads_given(int wanted) noexcept { return wanted; }
#endif

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

}  // namespace impasto::IMPASTO_ABI
