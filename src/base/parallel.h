// The only place with threads. Work is cut into pieces whose borders do not depend on the number of threads; which
// thread runs a piece may. So results are the same bits for any Context as long as a piece writes only its own output.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include "impasto/context.h"

namespace impasto::IMPASTO_ABI {

/// A body without its type: run(body, i, worker).
struct LoopBody {
  void (*run)(void* body, std::ptrdiff_t i, int worker);
  void* body;
};

/// parallel_for for such a body.
void run_loop(const Context& context, std::ptrdiff_t count, LoopBody body);

/// Calls body(i, worker) for i in [0, count), each exactly once, on up to context.threads() threads; returns when all
/// are done. `worker` is 0..threads-1 and unique among the bodies running at one time: it picks scratch memory.
/// The first exception is rethrown here, after which the remaining pieces are skipped.
/// On the calling thread alone: inside another loop, in a child process forked after a loop with threads, and where the
/// system gives no more threads, which the context's log is told once.
template <class Body>
void parallel_for(const Context& context, std::ptrdiff_t count, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  run_loop(context, count,
           {[](void* b, std::ptrdiff_t i, int worker) { (*static_cast<Plain*>(b))(i, worker); },
            const_cast<void*>(static_cast<const void*>(std::addressof(body)))});
}

}  // namespace impasto::IMPASTO_ABI
