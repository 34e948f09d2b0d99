// Where a computation runs: how many threads, and which instructions. Passed in, never global.
#pragma once

#include <string>
#include <vector>

#include "impasto/export.h"

namespace impasto::inline v0_1 {

/// Instruction sets with a kernel of their own. `baseline` runs everywhere: Eigen, compiled for the plain architecture.
enum class SimdTarget { baseline, neon, ssse3, sse4, avx2, avx3 };

/// Lower-case name: "baseline", "neon", "ssse3", "sse4", "avx2", "avx3" (AVX-512).
IMPASTO_API std::string to_string(SimdTarget target);

/// How convolutions are computed. `automatic`: Winograd's minimal filtering for 3 x 3 kernels and stride 1 in float,
/// direct for a picture with zero borders, and im2col for the rest and on the target `baseline`. `winograd`: the same,
/// but refuses that target. `im2col`: a matrix of windows times a matrix of filters, every value on the tape: the
/// reference.
enum class Convolution { automatic, winograd, im2col };

/// "auto", "winograd", "im2col".
IMPASTO_API std::string to_string(Convolution convolution);

/// What a run does without when its maps are large. `small`: maps that are cheap to compute once more are not kept from
/// the forward to the backward pass, which costs about 4 % of the time. `fast`: all are. `automatic`: small above 512 x
/// 512 pixels, where the maps outweigh everything else.
enum class Memory { automatic, small, fast };

/// "auto", "small", "fast".
IMPASTO_API std::string to_string(Memory memory);

/// Targets this build holds and this machine can execute, best first; never empty, `baseline` last.
IMPASTO_API std::vector<SimdTarget> available_targets();

/// Number of cores this process may use (affinity respected), at least 1.
IMPASTO_API int available_cores();

/// Threads, SIMD target, convolution and memory of a computation. A cheap value: copy it freely.
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

  int threads() const noexcept { return threads_; }
  SimdTarget target() const noexcept { return target_; }
  Convolution convolution() const noexcept { return convolution_; }
  Memory memory() const noexcept { return memory_; }
  bool checks_numbers() const noexcept { return checks_numbers_; }

 private:
  int threads_;
  SimdTarget target_;
  Convolution convolution_ = Convolution::automatic;
  Memory memory_ = Memory::automatic;
  bool checks_numbers_ = false;
};

}  // namespace impasto::inline v0_1
