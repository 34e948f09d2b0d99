#include "autodiff/planner.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {

Plan plan_memory(std::vector<PlannedBuffer> buffers, std::uint64_t most) {
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return buffers[a].bytes > buffers[b].bytes; });
  Plan plan;
  std::vector<std::size_t> placed;  // indices, by offset
  for (const std::size_t index : order) {
    PlannedBuffer& buffer = buffers[index];
    const std::size_t bytes = aligned_bytes(buffer.bytes);
    std::size_t offset = 0;
    for (const std::size_t other_index : placed) {
      const PlannedBuffer& other = buffers[other_index];
      if (other.end < buffer.begin || buffer.end < other.begin) continue;
      if (bytes <= other.offset && offset <= other.offset - bytes) break;
      offset = std::max(offset, other.offset + aligned_bytes(other.bytes));
    }
    buffer.offset = offset;
    const auto by_offset = [&](std::size_t a, std::size_t b) { return buffers[a].offset < buffers[b].offset; };
    placed.insert(std::upper_bound(placed.begin(), placed.end(), index, by_offset), index);
    plan.arena_bytes = std::max(plan.arena_bytes, bytes_in_one_piece(std::uint64_t{offset} + bytes, 1, most));
    plan.unshared_bytes = saturated(std::uint64_t{plan.unshared_bytes} + bytes);
  }
  plan.buffers = std::move(buffers);
  return plan;
}

}  // namespace impasto::IMPASTO_ABI
