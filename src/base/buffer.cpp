#include "base/buffer.h"

#include "base/memory_pool.h"

namespace impasto::inline v0_1 {
namespace {

// What no context counts.
MemoryPool& system_memory() {
  static MemoryPool pool;
  return pool;
}

}  // namespace

void AlignedDelete::operator()(std::byte* memory) const noexcept {
  (pool == nullptr ? system_memory() : *pool).give_back(memory, bytes);
}

AlignedBytes allocate_aligned(std::size_t bytes, std::shared_ptr<MemoryPool> pool) {
  const std::size_t whole = aligned_bytes(bytes);
  std::byte* memory = (pool == nullptr ? system_memory() : *pool).take(whole);
  return AlignedBytes(memory, AlignedDelete{whole, std::move(pool)});
}

}  // namespace impasto::inline v0_1
