// The only place with threads. Work is cut into pieces whose borders do not depend on the number of threads; which
// thread runs a piece may. So results are the same bits for any Context as long as a piece writes only its own output.
#pragma once

#include <cstddef>
#include <exception>
#include <mutex>
#include <utility>

#include "impasto/context.h"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace impasto::inline v0_1 {

/// Calls body(i, worker) for i in [0, count), each exactly once, on up to context.threads() threads; returns when all
/// are done. `worker` is 0..threads-1 and unique among the bodies running at one time: it picks scratch memory.
/// The first exception is rethrown here, after which the remaining pieces are skipped. Serial inside another parallel
/// region. Global OpenMP settings are neither read nor changed.
template <class Body>
void parallel_for([[maybe_unused]] const Context& context, std::ptrdiff_t count, Body&& body) {
#ifdef _OPENMP
  const bool serial = context.threads() == 1 || count <= 1 || omp_in_parallel();
  if (!serial) {
    const int threads = context.threads();  // always as many: OpenMP rebuilds its team when the number changes
    std::exception_ptr failure;
    std::mutex guard;
    bool failed = false;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1) default(shared)
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      bool skip;
#pragma omp atomic read
      skip = failed;
      if (skip) continue;
      try {
        body(i, omp_get_thread_num());
      } catch (...) {
        const std::lock_guard<std::mutex> lock(guard);
        if (!failure) failure = std::current_exception();
#pragma omp atomic write
        failed = true;
      }
    }
    if (failure) std::rethrow_exception(failure);
    return;
  }
#endif
  for (std::ptrdiff_t i = 0; i < count; ++i) body(i, 0);
}

}  // namespace impasto::inline v0_1
