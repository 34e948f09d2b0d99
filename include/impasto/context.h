// Where a computation runs: how many threads, which instructions, whose memory, who is told and who may stop it. Passed
// in, never global.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <memory_resource>
#include <string>
#include <vector>

#include "impasto/export.h"
#include "impasto/parse.h"

namespace impasto::IMPASTO_ABI {

/// Instruction sets with a kernel of their own. `baseline` runs everywhere: Eigen, compiled for the plain architecture.
enum class SimdTarget { baseline, neon, ssse3, sse4, avx2, avx3 };

/// Lower-case name: "baseline", "neon", "ssse3", "sse4", "avx2", "avx3" (AVX-512).
IMPASTO_API std::string to_string(SimdTarget target);
template <>
IMPASTO_API SimdTarget parse<SimdTarget>(const std::string& word, const std::string& called);

/// How convolutions are computed. `automatic`: Winograd's minimal filtering for 3 x 3 kernels and stride 1 in float,
/// direct for a picture in front of another such convolution, and im2col for the rest and on the target `baseline`.
/// `winograd`: the same, but refuses that target. `im2col`: a matrix of windows times a matrix of filters, every value
/// on the tape: the reference.
enum class Convolution { automatic, winograd, im2col };

/// "auto", "winograd", "im2col".
IMPASTO_API std::string to_string(Convolution convolution);
template <>
IMPASTO_API Convolution parse<Convolution>(const std::string& word, const std::string& called);

/// What a run does without when its maps are large. `small`: maps that are cheap to compute once more are not kept from
/// the forward to the backward pass, which costs about 4 % of the time with VGG19, 12 % with the built-in network.
/// `fast`: all are. `automatic`: small under a memory limit, and above 640 x 640 pixels of VGG19 or 1,045 x 1,045 of
/// the built-in network, where the maps outweigh everything else.
enum class Memory { automatic, small, fast };

/// "auto", "small", "fast".
IMPASTO_API std::string to_string(Memory memory);
template <>
IMPASTO_API Memory parse<Memory>(const std::string& word, const std::string& called);

/// Targets this build holds and this machine can execute, best first; never empty, `baseline` last.
IMPASTO_API std::vector<SimdTarget> available_targets();

/// Number of cores this process may use, at least 1: those the calling thread may run on, by OpenMP's own count where
/// the threads are OpenMP's, and no more than what the process's control groups give it time for, rounded up.
IMPASTO_API int available_cores();

/// Where threads come from in this build: "a pool of its own", or "OpenMP" with the date of its specification.
IMPASTO_API std::string thread_backend();

enum class LogLevel { info, warning };

/// Is told what a person may want to know of a run that goes on: a sentence without an end of line. Called on the
/// thread that called the library; what it throws comes out of that call.
using Log = std::function<void(LogLevel level, const std::string& message)>;

/// Is asked now and then whether to stop. Called on the thread that called the library; must not throw.
using StopQuestion = std::function<bool()>;

class MemoryPool;

/// Threads, SIMD target, convolution, memory and log of a computation. A cheap value: copy it freely.
/// Thread safety: const use from any thread. Results are the same bits for any number of threads, not for any target.
class IMPASTO_API Context {
 public:
  /// All available cores; the best target, or the one named by the environment variable IMPASTO_SIMD.
  /// Throws Error(usage) when IMPASTO_SIMD names a target that is unknown or that this machine lacks.
  Context();
  /// `threads` 1..1024, or 0 for all available cores. Throws Error(usage) outside that range.
  explicit Context(int threads);
  /// As above with a target. Throws Error(usage) when this machine lacks it.
  Context(int threads, SimdTarget target);
  /// The same with another way of computing convolutions. Throws Error(usage) for `winograd` on the target `baseline`.
  Context with_convolution(Convolution convolution) const;
  /// The same with another choice between memory and time.
  Context with_memory(Memory memory) const;
  /// The same with every value and gradient looked at after each op, for a number that is infinite or none: the first
  /// one ends the run by Error(diverged) that names the op, the element and the direction. For finding faults: it costs
  /// a pass over everything.
  Context with_number_checks(bool on = true) const;

  /// The same with somebody who is told; an empty function: nobody, as at first.
  Context with_log(Log log) const;
  /// The same with somebody who is asked, between layers, styles and scales of a painting's preparation, whether to
  /// stop: a yes ends it by Error(stopped). Between steps it is the observer who is asked. An empty function: nobody.
  Context with_stop(StopQuestion stop) const;
  /// The same with large numbers (maps, pictures as they are optimised, targets, optimisers) in memory of the resource,
  /// which is asked for blocks aligned to 64 bytes, on any thread that computes in this context; null: the system's
  /// memory. Memory is given back to where it came from, which lives as long as that takes. Weights and Image objects
  /// stay where they are.
  Context with_memory_resource(std::shared_ptr<std::pmr::memory_resource> resource) const;
  /// The same with no more than `bytes` of such memory at a time, over all copies of the new context; 0: no limit. A
  /// painting keeps to it by Memory::automatic being small and by a shorter L-BFGS history; one that cannot is refused
  /// by Error(io) before its first step.
  Context with_memory_limit(std::size_t bytes) const;

  int threads() const noexcept { return threads_; }
  SimdTarget target() const noexcept { return target_; }
  Convolution convolution() const noexcept { return convolution_; }
  Memory memory() const noexcept { return memory_; }
  bool checks_numbers() const noexcept { return checks_numbers_; }
  /// Empty: nobody is told.
  const Log& log() const noexcept { return *log_; }
  /// Empty: nobody is asked.
  const StopQuestion& stop() const noexcept { return *stop_; }
  /// 0: none.
  std::size_t memory_limit() const noexcept;
  /// Bytes of large numbers that this context and its copies hold now, but for copies with another resource or limit.
  std::size_t memory_held() const noexcept;
  /// The library's own.
  const std::shared_ptr<MemoryPool>& memory_pool() const noexcept { return memory_pool_; }

 private:
  int threads_;
  SimdTarget target_;
  Convolution convolution_ = Convolution::automatic;
  Memory memory_ = Memory::automatic;
  bool checks_numbers_ = false;
  std::shared_ptr<const Log> log_;
  std::shared_ptr<const StopQuestion> stop_;
  std::shared_ptr<MemoryPool> memory_pool_;
};

}  // namespace impasto::IMPASTO_ABI
