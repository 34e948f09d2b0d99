// Threads on paper: a third source of threads (base/thread_backend.h), linked in place of the pool. The pieces of a
// loop run one after another on the calling thread and are timed; then they are dealt out as the pool deals them out,
// in order, each to the thread that is free first. Memory and caches that threads share are not simulated.
#pragma once

#include <cstddef>
#include <map>

namespace impasto {

/// All loops that were run from one place.
struct LoopTimes {
  std::ptrdiff_t loops = 0, pieces = 0;
  double work = 0, span = 0;  ///< seconds: of all pieces, and from the first to the last of them on the threads
};

/// Seconds of processor time, so that other programs do not count.
struct Trace {
  double serial = 0;                          ///< outside of loops that have several pieces and threads
  std::map<const void*, LoopTimes> by_place;  ///< a place is the address behind a call, in the caller of parallel_for
};

/// Times what this thread does from here to end_trace(). One thread, and one trace, at a time.
void begin_trace();
Trace end_trace();

}  // namespace impasto
