// Work that goes on beside the calling thread: one piece at a time, on a thread of its own.
#pragma once

#include <exception>
#include <functional>
#include <thread>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Thread safety: one thread at a time calls it. The destructor waits, and passes over what the work threw.
class ThreadTask {
 public:
  ThreadTask() = default;
  ThreadTask(const ThreadTask&) = delete;
  ThreadTask& operator=(const ThreadTask&) = delete;
  ~ThreadTask();

  /// Waits for the work before, and throws what that threw: then `work` is not begun. Where the system gives no thread,
  /// the work is done when this returns.
  void start(std::function<void()> work);
  /// Throws what the work threw, once.
  void wait();

 private:
  void join() noexcept;

  std::thread thread_;
  std::exception_ptr failure_;
};

}  // namespace impasto::IMPASTO_ABI
