// Puts buffers that live at different times into the same memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {

/// A buffer that holds something from step `begin` to step `end`, both included.
struct PlannedBuffer {
  std::string name;
  std::size_t bytes = 0;
  int begin = 0;
  int end = 0;
  std::size_t offset = 0;  ///< filled in by plan_memory; a multiple of 64
};

struct Plan {
  std::vector<PlannedBuffer> buffers;
  std::size_t arena_bytes = 0;     ///< what one replay needs
  std::size_t unshared_bytes = 0;  ///< what it would need if every buffer stood alone, or the most size_t says
};

/// Gives each buffer an offset such that buffers alive at the same step never overlap. Greedy by size: the largest
/// first, each at the lowest offset that is free during its life (Pisarchyk & Lee, arXiv:2001.03288, "greedy by size").
/// Throws Error(io) for an arena of more than `most` bytes, which is what a program can address.
Plan plan_memory(std::vector<PlannedBuffer> buffers, std::uint64_t most = kMostBytes);

}  // namespace impasto::IMPASTO_ABI
