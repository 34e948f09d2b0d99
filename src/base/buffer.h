// Aligned memory that is owned and uninitialised: tensors and arenas live in it.
#pragma once

#include <cstddef>
#include <memory>

namespace impasto::inline v0_1 {

/// 64 bytes: a cache line and the widest vector of any target.
inline constexpr std::size_t kAlignment = 64;

/// `bytes` rounded up so that what follows stays aligned.
constexpr std::size_t aligned_bytes(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

struct AlignedDelete {
  std::size_t bytes = 0;
  void operator()(std::byte* memory) const noexcept;
};
using AlignedBytes = std::unique_ptr<std::byte[], AlignedDelete>;

/// Uninitialised, 64-byte aligned; in large pages where the system offers them for what is large.
/// Throws Error(io) naming the size when the system has no more memory.
AlignedBytes allocate_aligned(std::size_t bytes);

}  // namespace impasto::inline v0_1
