// How often this program took memory so far. The counter lies in autodiff/allocation_test.cpp.
#pragma once

namespace impasto::testing {

/// C's and C++'s allocations together; -1 where they cannot be counted (sanitizers, not glibc).
long allocations();

}  // namespace impasto::testing
