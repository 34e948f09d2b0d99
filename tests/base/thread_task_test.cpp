#include "base/thread_task.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

using impasto::ThreadTask;

TEST_CASE("base: a task runs beside the thread that started it, and is waited for") {
  ThreadTask task;
  std::atomic<bool> may_end{false}, has_ended{false};
  task.start([&] {
    may_end.wait(false);
    has_ended = true;
  });
  CHECK_FALSE(has_ended);  // a task on this thread would never come here
  may_end = true;
  may_end.notify_all();
  task.wait();
  CHECK(has_ended);
}

TEST_CASE("base: what a task throws comes out of the next call, once") {
  ThreadTask task;
  bool has_run = false;
  task.start([] { throw std::runtime_error("full"); });
  CHECK_THROWS_WITH(task.start([&] { has_run = true; }), "full");
  CHECK_FALSE(has_run);
  task.wait();
  task.start([&] { has_run = true; });
  task.wait();
  CHECK(has_run);
}

TEST_CASE("base: a task that nobody waits for ends before what it works on goes") {
  std::atomic<int> count{0};
  {
    ThreadTask task;
    task.start([&] { ++count; });
  }
  CHECK(count == 1);
}
