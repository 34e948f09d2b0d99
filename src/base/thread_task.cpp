#include "base/thread_task.h"

#include <exception>
#include <functional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/thread_signals.h"

namespace impasto::IMPASTO_ABI {

ThreadTask::~ThreadTask() { join(); }

void ThreadTask::join() noexcept {
  if (thread_.joinable()) thread_.join();
}

void ThreadTask::wait() {
  join();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadTask::start(std::function<void()> work) {
  wait();
  const auto run = [this](const std::function<void()>& what) {
    try {
      what();
    } catch (...) {
      failure_ = std::current_exception();
    }
  };
  const SignalsKeptAway kept_away;
  try {
    thread_ = std::thread([run, work] { run(work); });
  } catch (const std::system_error&) {
    run(work);
  }
}

}  // namespace impasto::IMPASTO_ABI
