#include "base/thread_team.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <thread>

#include "base/thread_signals.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Longer than the serial stretches between most loops of a step, and shorter than the 3 ms for which a scheduler puts a
// thread aside: docs/PERFORMANCE.md has the figures.
constexpr std::chrono::microseconds kSpin{400};

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__ARM_ARCH_7A__)
  asm volatile("yield");
#endif
}

/// Waits until ready(value): for a moment by looking, then asleep until the value's owner notifies.
template <class Ready>
void wait_until(const std::atomic<std::uint32_t>& value, const Ready& ready) {
  constexpr int kLooks = 16;  // between two looks at the clock, which costs as much as they do
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < kLooks; ++i) {
      if (ready(value.load(std::memory_order_acquire))) return;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  for (std::uint32_t seen = value.load(); !ready(seen); seen = value.load()) value.wait(seen);
}

}  // namespace

ThreadTeam::~ThreadTeam() { dismiss(); }

void ThreadTeam::dismiss() noexcept {
  dismissed_ = true;
  gate_ += kRound;
  gate_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
  helpers_.clear();
  dismissed_ = false;
}

bool ThreadTeam::start(int helpers) noexcept {
  const SignalsKeptAway kept_away;
  try {
    helpers_.reserve(static_cast<std::size_t>(helpers));
    while (this->helpers() < helpers) helpers_.emplace_back([this] { help(); });
  } catch (const std::exception&) {  // no thread (std::system_error), no memory for it
  }
  return this->helpers() >= helpers;
}

void ThreadTeam::hire(int helpers) noexcept {
  if (refused_ || this->helpers() >= helpers || start(helpers)) return;
  refused_ = true;
  const int half = this->helpers() / 2;
  dismiss();
  start(half);
}

void ThreadTeam::run(Loop& loop, int threads) noexcept {
  loop_ = &loop;
  threads_ = std::min(threads, helpers() + 1);
  workers_.store(1, std::memory_order_relaxed);
  gate_.store(((gate_.load(std::memory_order_relaxed) & ~kInside) + kRound) | kOpen);
  const auto wanted = std::min<std::ptrdiff_t>(threads_ - 1, loop.count - 1);
  for (std::ptrdiff_t i = 0; i < wanted; ++i) gate_.notify_one();
  loop.work(0);
  gate_ &= ~kOpen;
  for (bool empty = false; !empty;) {
    const std::uint32_t seen = emptied_;
    empty = (gate_ & kInside) == 0;
    if (!empty) wait_until(emptied_, [seen](std::uint32_t now) { return now != seen; });
  }
}

// Joins the open loop, if there is one that this helper has not served; works, and leaves.
void ThreadTeam::join_loop(std::uint32_t& served) noexcept {
  std::uint32_t gate = gate_;
  do {
    if ((gate & kOpen) == 0 || gate / kRound == served) return;
  } while (!gate_.compare_exchange_weak(gate, gate + 1));
  served = gate / kRound;
  const int worker = workers_.fetch_add(1, std::memory_order_relaxed);
  if (worker < threads_) loop_->work(worker);
  if ((--gate_ & (kOpen | kInside)) == 0) {
    ++emptied_;
    emptied_.notify_one();
  }
}

void ThreadTeam::help() noexcept {
  std::uint32_t served = 0;
  while (!dismissed_) {
    wait_until(gate_, [&](std::uint32_t gate) {
      return ((gate & kOpen) != 0 && gate / kRound != served) || dismissed_.load(std::memory_order_relaxed);
    });
    join_loop(served);
  }
}

}  // namespace impasto::IMPASTO_ABI
