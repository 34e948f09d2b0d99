// A replay allocates nothing. Counts every allocation of this program, C's and C++'s, while it runs.
#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "autodiff/ops/ops.h"
#include "support/allocations.h"

namespace {

std::atomic<long> allocations{0};
thread_local bool runs_out = false;
thread_local long spared = 0;

// Notes an allocation; false when it is to fail.
[[maybe_unused]] bool granted(std::size_t bytes) {
  ++allocations;
  return !runs_out || bytes < 4096 || --spared >= 0;
}

}  // namespace

// The sanitizers bring an allocator of their own: nothing can be counted there, nor without glibc.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define IMPASTO_COUNTS_ALLOCATIONS true
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void* malloc(std::size_t bytes) { return granted(bytes) ? __libc_malloc(bytes) : nullptr; }
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* calloc(std::size_t count, std::size_t bytes) {
  return granted(count * bytes) ? __libc_calloc(count, bytes) : nullptr;
}
void* realloc(void* memory, std::size_t bytes) { return granted(bytes) ? __libc_realloc(memory, bytes) : nullptr; }
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return granted(bytes) ? __libc_memalign(alignment, bytes) : nullptr;
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  *memory = granted(bytes) ? __libc_memalign(alignment, bytes) : nullptr;
  return *memory == nullptr ? ENOMEM : 0;
}
}
#else
#define IMPASTO_COUNTS_ALLOCATIONS false
#endif

namespace impasto {

testing::MemoryRunsOut::MemoryRunsOut(long count) {
  spared = count;
  runs_out = true;
}
testing::MemoryRunsOut::~MemoryRunsOut() { runs_out = false; }

long testing::allocations() { return IMPASTO_COUNTS_ALLOCATIONS ? ::allocations.load() : -1; }

namespace {

// A small network that uses every op, with weight gradients.
template <class T>
Id record_everything(Tape<T>& tape, Padding padding) {
  const Id x = tape.variable({13, 18, 3});
  const Id w1 = tape.variable({3, 3, 3, 40}), b1 = tape.variable({40}), w2 = tape.variable({3, 3, 40, 70});
  const Id a = relu(
      tape,
      bias(tape, conv2d(tape, normalise(tape, x, ChannelMap{{2, 1, 0}, {1, 2, 3}, {0, 1, 0}}), w1, 1, padding), b1));
  const Id b = conv2d(tape, avg_pool(tape, max_pool(tape, a)), w2, 1, padding);
  const Id loss = add(tape, squared_error(tape, gram_matrix(tape, b), tape.input({70, 70})), total_variation(tape, a));
  return add(tape, loss, scale(tape, sum(tape, b), T(0.5)));
}

TEST_CASE_TEMPLATE("autodiff: a replay allocates nothing, forward or backward", T, float, double) {
  if (!IMPASTO_COUNTS_ALLOCATIONS) return;
  for (const SimdTarget target : available_targets()) {
    Tape<T> tape(Context(2, target));
    tape.set_loss(record_everything(tape, Padding::replicate));
    tape.forward();
    tape.backward();
    const long before = allocations;
    for (int i = 0; i < 3; ++i) {
      tape.forward();
      tape.backward();
    }
    const long after = allocations;
    INFO(to_string(target));
    CHECK(after == before);
  }
}

TEST_CASE("autodiff: the counter of the tests above sees allocations" * doctest::skip(!IMPASTO_COUNTS_ALLOCATIONS)) {
  const long before = allocations;
  void* volatile block = std::malloc(1);  // volatile: a compiler may leave out what nobody looks at
  std::free(block);
  const long after = allocations;
  CHECK(after > before);
}

}  // namespace
}  // namespace impasto
