// Threads that help one thread with its loops. Between loops they spin for a moment, because the next loop of a step
// follows in microseconds, and then sleep, because somebody else may need the core.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "base/thread_backend.h"

namespace impasto::IMPASTO_ABI {

/// Belongs to one thread, which calls run() and the destructor.
class ThreadTeam {
 public:
  ThreadTeam() = default;
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;
  ~ThreadTeam();

  /// Starts what is missing to `helpers` helpers. Where the system refuses, half of those that it gave are let go: at a
  /// limit of memory the work needs room too. Such a team stays as it is; to ask again would cost more than a loop.
  void hire(int helpers) noexcept;

  /// Runs the loop on the calling thread and on up to threads - 1 of the helpers. A helper that wakes up too late for
  /// the last piece is not waited for.
  void run(Loop& loop, int threads) noexcept;

  int helpers() const noexcept { return static_cast<int>(helpers_.size()); }

 private:
  bool start(int helpers) noexcept;
  void dismiss() noexcept;
  void help() noexcept;
  void join_loop(std::uint32_t& served) noexcept;

  // The gate: a helper may join a loop while it is open, and the loop's memory is alive while one is inside.
  static constexpr std::uint32_t kInside = (1u << 11) - 1;  // bits of their number, at most 1023
  static constexpr std::uint32_t kOpen = 1u << 11;
  static constexpr std::uint32_t kRound = 1u << 12;  // the rest counts loops, and may overflow

  alignas(64) std::atomic<std::uint32_t> gate_{0};
  alignas(64) std::atomic<std::uint32_t> emptied_{0};  // counts closed loops whose last helper left
  std::atomic<bool> dismissed_{false};
  Loop* loop_ = nullptr;
  int threads_ = 0;
  std::atomic<int> workers_{0};  // numbers given out in this loop; whoever joins too late gets one that is no worker's
  bool refused_ = false;
  std::vector<std::thread> helpers_;
};

}  // namespace impasto::IMPASTO_ABI
