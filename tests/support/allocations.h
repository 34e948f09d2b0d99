// How often this program took memory so far, and memory that runs out. Both lie in autodiff/allocation_test.cpp.
#pragma once

namespace impasto::testing {

/// C's and C++'s allocations together; -1 where they cannot be counted (sanitizers, not glibc).
long allocations();

/// While it lives, allocations of 4 KiB or more on this thread fail, but for the first `spared` ones. (Smaller ones and
/// other threads are left alone: OpenMP's runtime ends the process when it is refused.) Without effect where
/// allocations cannot be counted.
class MemoryRunsOut {
 public:
  explicit MemoryRunsOut(long spared);
  ~MemoryRunsOut();
  MemoryRunsOut(const MemoryRunsOut&) = delete;
  MemoryRunsOut& operator=(const MemoryRunsOut&) = delete;
};

}  // namespace impasto::testing
