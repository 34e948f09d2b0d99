#include "base/parallel.h"

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>

#include "base/say.h"
#include "base/thread_backend.h"

namespace impasto::IMPASTO_ABI {
namespace {

thread_local bool in_loop = false;
thread_local bool told_of_fewer = false;

class InLoop {
 public:
  InLoop() { in_loop = true; }
  ~InLoop() { in_loop = false; }
  InLoop(const InLoop&) = delete;
  InLoop& operator=(const InLoop&) = delete;
};

// Keeps the first exception of a body and skips what comes after it.
struct Guarded {
  LoopBody body;
  std::mutex guard{};
  std::exception_ptr failure{};
  std::atomic<bool> failed{false};

  void run(std::ptrdiff_t i, int worker) noexcept {
    if (failed.load(std::memory_order_relaxed)) return;
    const InLoop here;
    try {
      body.run(body.body, i, worker);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(guard);
      if (!failure) failure = std::current_exception();
      failed.store(true, std::memory_order_relaxed);
    }
  }
};

}  // namespace

void run_loop(const Context& context, std::ptrdiff_t count, LoopBody body) {
  if (context.threads() == 1 || count <= 1 || in_loop) {
    for (std::ptrdiff_t i = 0; i < count; ++i) body.run(body.body, i, 0);
    return;
  }
  Guarded guarded{body};
  Loop loop{count, {[](void* g, std::ptrdiff_t i, int worker) { static_cast<Guarded*>(g)->run(i, worker); }, &guarded}};
  const LoopThreads had = run_on_threads(loop, context.threads());
  if (guarded.failure) std::rethrow_exception(guarded.failure);
  if (had.fewer_because != nullptr && context.log() && !told_of_fewer) {
    told_of_fewer = true;
    say(context, LogLevel::warning, "works on ", had.threads, had.threads == 1 ? " thread" : " threads", " where ",
        context.threads(), " were asked for: ", had.fewer_because);
  }
}

}  // namespace impasto::IMPASTO_ABI
