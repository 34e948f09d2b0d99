#include "base/parallel.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#endif

#include "impasto/context.h"

namespace impasto {
namespace {

TEST_CASE("base: parallel_for runs every piece once, with worker numbers below the number of threads") {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> runs(100);
    std::atomic<int> highest{0};
    parallel_for(Context(threads), 100, [&](std::ptrdiff_t i, int worker) {
      ++runs[static_cast<std::size_t>(i)];
      if (worker > highest) highest = worker;
    });
    CHECK(std::all_of(runs.begin(), runs.end(), [](const std::atomic<int>& n) { return n == 1; }));
    CHECK(highest < threads);
  }
}

TEST_CASE("base: parallel_for inside parallel_for is serial and uses worker 0") {
  std::atomic<int> wrong{0}, total{0};
  parallel_for(Context(4), 4, [&](std::ptrdiff_t, int) {
    parallel_for(Context(4), 10, [&](std::ptrdiff_t, int worker) {
      ++total;
      if (worker != 0) ++wrong;
    });
  });
  CHECK(total == 40);
  CHECK(wrong == 0);
}

TEST_CASE("base: an exception in a piece reaches the caller") {
  for (const int threads : {1, 3}) {
    CHECK_THROWS_WITH_AS(parallel_for(Context(threads), 50,
                                      [](std::ptrdiff_t i, int) {
                                        if (i == 17) throw std::runtime_error("piece 17");
                                      }),
                         "piece 17", std::runtime_error);
  }
}

TEST_CASE("base: as many threads work as were asked for: pieces that wait for each other end") {
  for (const int threads : {2, 3, 7}) {
    std::mutex guard;
    std::set<std::thread::id> seen;
    std::set<int> workers;
    std::atomic<int> here{0};
    parallel_for(Context(threads), threads, [&](std::ptrdiff_t, int worker) {
      {
        const std::lock_guard<std::mutex> lock(guard);
        seen.insert(std::this_thread::get_id());
        workers.insert(worker);
      }
      ++here;
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
      while (here < threads && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    });
    CHECK(seen.size() == static_cast<std::size_t>(threads));
    CHECK(workers.size() == static_cast<std::size_t>(threads));
    CHECK(*workers.rbegin() == threads - 1);
  }
}

TEST_CASE("base: no worker runs two pieces at a time, and a loop ends after its last piece") {
  const Context four(4);
  for (int loop = 0; loop < 3000; ++loop) {
    std::atomic<int> busy[4] = {};
    std::atomic<int> wrong{0}, done{0};
    const int pieces = 1 + loop % 9;
    parallel_for(four, pieces, [&](std::ptrdiff_t, int worker) {
      if (busy[worker].fetch_add(1) != 0) ++wrong;
      busy[worker].fetch_sub(1);
      ++done;
    });
    REQUIRE(wrong == 0);
    REQUIRE(done == pieces);
  }
}

TEST_CASE("base: loops of one thread after another with other numbers of threads, with and without a pause") {
  for (int loop = 0; loop < 60; ++loop) {
    const Context context(1 + loop % 6);
    std::vector<int> squares(50);
    parallel_for(context, 50,
                 [&](std::ptrdiff_t i, int) { squares[static_cast<std::size_t>(i)] = static_cast<int>(i * i); });
    REQUIRE(std::accumulate(squares.begin(), squares.end(), 0) == 40425);          // n(n+1)(2n+1)/6 for n = 49
    if (loop % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // long enough to fall asleep
  }
}

TEST_CASE("base: threads that run loops at the same time do not disturb each other") {
  std::atomic<int> wrong{0};
  std::vector<std::thread> hosts;
  for (int host = 0; host < 4; ++host) {
    hosts.emplace_back([&wrong, host] {
      const Context context(2 + host % 3);
      for (int loop = 0; loop < 300; ++loop) {
        std::vector<std::int64_t> parts(20);
        parallel_for(context, 20, [&](std::ptrdiff_t i, int) { parts[static_cast<std::size_t>(i)] = i + host; });
        if (std::accumulate(parts.begin(), parts.end(), std::int64_t{0}) != 190 + 20 * host) ++wrong;
      }
    });
  }
  for (std::thread& host : hosts) host.join();
  CHECK(wrong == 0);
}

TEST_CASE("base: after an exception the rest is skipped, and the next loop is whole") {
  const Context two(2);
  std::atomic<int> ran{0};
  CHECK_THROWS_AS(parallel_for(two, 100000,
                               [&](std::ptrdiff_t i, int) {
                                 ++ran;
                                 if (i == 0) throw std::runtime_error("the first piece");
                               }),
                  std::runtime_error);
  CHECK(ran < 100000);
  ran = 0;
  parallel_for(two, 1000, [&](std::ptrdiff_t, int) { ++ran; });
  CHECK(ran == 1000);
}

#if defined(__unix__) && !defined(__SANITIZE_THREAD__)
// The child's exit code: 0 when its loop ran whole, on worker 0 alone, and its log was told why.
int loop_in_a_forked_child() {
  alarm(60);  // a child that waits for threads it does not have
  std::string told;
  const Context two = Context(2).with_log([&](LogLevel, const std::string& message) { told += message; });
  int pieces = 0, others = 0;
  for (int loop = 0; loop < 3; ++loop) {
    parallel_for(two, 100, [&](std::ptrdiff_t, int worker) {
      ++pieces;
      if (worker != 0) ++others;
    });
  }
  const std::string wanted =
      "works on 1 thread where 2 were asked for: a process that was forked from one with threads has none of them";
  if (pieces != 300) return 1;
  if (others != 0) return 2;
  return told == wanted ? 0 : 3;
}

TEST_CASE("base: a forked child's loops run on one thread, its parent's on as many as before") {
  const Context two(2);
  std::atomic<int> ran{0};
  parallel_for(two, 10, [&](std::ptrdiff_t, int) { ++ran; });
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(loop_in_a_forked_child());
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  parallel_for(two, 10, [&](std::ptrdiff_t, int) { ++ran; });
  CHECK(ran == 20);
}

TEST_CASE("base: the host's signals come to the host's threads, faults to the thread that makes them") {
  if (thread_backend() != "a pool of its own") return;  // OpenMP's threads take what the host's do
  std::atomic<int> wrong{0}, helped{0};
  const auto loop = [&] {
    parallel_for(Context(3), 300, [&](std::ptrdiff_t, int worker) {
      sigset_t blocked;
      pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
      const bool helper = worker != 0;
      if (helper) ++helped;
      for (const int host : {SIGINT, SIGTERM, SIGALRM, SIGCHLD, SIGUSR1}) {
        if ((sigismember(&blocked, host) == 1) != helper) ++wrong;
      }
      for (const int own : {SIGSEGV, SIGFPE, SIGPROF}) {
        if (sigismember(&blocked, own) == 1) ++wrong;
      }
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    });
  };
  for (int tries = 0; tries < 100 && helped == 0; ++tries) loop();
  CHECK(helped > 0);
  CHECK(wrong == 0);
}
#endif

}  // namespace
}  // namespace impasto
