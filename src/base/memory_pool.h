// Where the large numbers of a context live: counted, limited, and in the host's own memory if it gives some.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <utility>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// "12340 KiB", from 1000 MiB on "1234 MiB": rounded up.
std::string memory_text(std::uint64_t bytes);

/// Uninitialised memory of the system, aligned to 64 bytes, in large pages where it offers them for what is large.
/// Throws Error(io) naming the size when there is no more.
std::byte* take_system_memory(std::size_t bytes);
/// What that gave for this many bytes.
void give_back_system_memory(std::byte* memory, std::size_t bytes) noexcept;

/// Thread safety: all of it from any thread, if the resource allows that.
class MemoryPool {
 public:
  /// `resource` null: the system's memory. `limit` in bytes, 0: none.
  explicit MemoryPool(std::shared_ptr<std::pmr::memory_resource> resource = nullptr, std::size_t limit = 0)
      : resource_(std::move(resource)), limit_(limit) {}

  /// Uninitialised, aligned to 64 bytes. Throws Error(io) when the limit or the memory does not suffice.
  std::byte* take(std::size_t bytes);
  /// What take() gave for this many bytes.
  void give_back(std::byte* memory, std::size_t bytes) noexcept;

  /// Bytes taken and not given back.
  std::size_t held() const noexcept { return held_; }
  std::size_t limit() const noexcept { return limit_; }
  const std::shared_ptr<std::pmr::memory_resource>& resource() const noexcept { return resource_; }

 private:
  void count(std::size_t bytes);

  std::shared_ptr<std::pmr::memory_resource> resource_;
  std::size_t limit_;
  std::atomic<std::size_t> held_{0};
};

}  // namespace impasto::IMPASTO_ABI
