// Aligned memory that is owned and uninitialised: tensors and arenas live in it.
#pragma once

#include <cstddef>
#include <memory>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

class MemoryPool;

/// 64 bytes: a cache line and the widest vector of any target.
inline constexpr std::size_t kAlignment = 64;

/// `bytes` rounded up so that what follows stays aligned.
constexpr std::size_t aligned_bytes(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

struct AlignedDelete {
  std::size_t bytes = 0;
  std::shared_ptr<MemoryPool> pool = nullptr;
  void operator()(std::byte* memory) const noexcept;
};
using AlignedBytes = std::unique_ptr<std::byte[], AlignedDelete>;

/// Uninitialised, 64-byte aligned, of the pool, or of the system and in nobody's count. Throws what MemoryPool::take
/// does.
AlignedBytes allocate_aligned(std::size_t bytes, std::shared_ptr<MemoryPool> pool = nullptr);

}  // namespace impasto::IMPASTO_ABI
