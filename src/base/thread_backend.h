// Where the threads of a loop come from: thread_backend_pool.cpp or thread_backend_openmp.cpp, whichever is linked
// (IMPASTO_THREADS in CMake), or for measuring bench/simulated_threads.cpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "base/parallel.h"

namespace impasto::IMPASTO_ABI {

/// The pieces of a loop, handed out one by one to whoever asks next. Thread safety: any.
struct Loop {
  std::ptrdiff_t count;
  LoopBody body;                                    ///< lets no exception out
  alignas(64) std::atomic<std::ptrdiff_t> next{0};  ///< in a cache line that only the handing out writes

  void work(int worker) {
    for (std::ptrdiff_t i = next.fetch_add(1, std::memory_order_relaxed); i < count;
         i = next.fetch_add(1, std::memory_order_relaxed)) {
      body.run(body.body, i, worker);
    }
  }
};

/// What a loop had.
struct LoopThreads {
  int threads;
  const char* fewer_because;  ///< null where there were as many as were asked for, or a host's own loop is around it
};

constexpr const char* kThreadsRefused = "the system refuses more (a limit of processes or of memory)";
constexpr const char* kForked = "a process that was forked from one with threads has none of them";

/// Runs loop.work(worker) on the calling thread, as worker 0, and on up to threads - 1 others; returns when all pieces
/// are done. Never throws, and never ends the process for want of threads.
LoopThreads run_on_threads(Loop& loop, int threads) noexcept;

/// Cores that the system lets this process's threads run on; at least 1.
int scheduled_cores();

/// "a pool of its own", or OpenMP's name and version.
std::string backend_name();

}  // namespace impasto::IMPASTO_ABI
