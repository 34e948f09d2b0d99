#include "base/buffer.h"

#include <cstddef>
#include <memory>
#include <utility>

#include "base/memory_pool.h"

namespace impasto::IMPASTO_ABI {

void AlignedDelete::operator()(std::byte* memory) const noexcept {
  if (pool == nullptr) return give_back_system_memory(memory, bytes);
  pool->give_back(memory, bytes);
}

AlignedBytes allocate_aligned(std::size_t bytes, std::shared_ptr<MemoryPool> pool) {
  const std::size_t whole = aligned_bytes(bytes);
  std::byte* memory = pool == nullptr ? take_system_memory(whole) : pool->take(whole);
  return AlignedBytes(memory, AlignedDelete{whole, std::move(pool)});
}

}  // namespace impasto::IMPASTO_ABI
