// What a step costs, op by op, and what the machine could do at best.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "impasto/context.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// One op of a step. Seconds are the shortest of all profiled steps. Floating-point operations are those of the direct
/// algorithm, a multiply-add counting 2, whatever way was taken; 0 for ops that are bound by memory.
struct OpCost {
  std::string name;
  std::vector<std::size_t> shape;  ///< of the op's value
  double forward_seconds = 0;
  double backward_seconds = 0;
  double forward_flops = 0;
  double backward_flops = 0;  ///< 0 when the op has no backward pass
};

/// Multiply-adds in registers on all the context's threads together, in 10^9 float operations a second (a multiply-add
/// counts 2): what its SIMD target can reach and memory can only slow down. Measures for about 50 ms; other programs on
/// the same cores lower the figure. Thread safety: any thread.
IMPASTO_API double peak_gflops(const Context& context);

}  // namespace impasto::IMPASTO_ABI
