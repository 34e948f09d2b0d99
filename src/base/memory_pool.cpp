#include "base/memory_pool.h"

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <string>

#include "base/buffer.h"
#include "base/check.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace impasto::IMPASTO_ABI {
namespace {

// A large page of x86-64 and of most aarch64 systems. Kernels walk 64 streams at once, more than small pages' TLB
// holds.
constexpr std::size_t kLargePage = std::size_t{2} << 20;

bool is_large(std::size_t bytes) { return bytes >= 2 * kLargePage; }
std::align_val_t alignment_of(std::size_t bytes) { return std::align_val_t{is_large(bytes) ? kLargePage : kAlignment}; }

[[noreturn]] void fail_of_memory(std::size_t bytes) {
  fail(ErrorCode::io, "out of memory: ", memory_text(bytes),
       " wanted in one piece; use a smaller picture or fewer layers");
}

std::byte* take_from(std::pmr::memory_resource& resource, std::size_t bytes) {
  try {
    return static_cast<std::byte*>(resource.allocate(bytes, kAlignment));
  } catch (const std::bad_alloc&) {
    fail_of_memory(bytes);
  }
}

}  // namespace

std::string memory_text(std::uint64_t bytes) {
  const std::uint64_t kib = bytes / 1024 + (bytes % 1024 != 0 ? 1 : 0);
  return kib < std::uint64_t{1000} * 1024 ? text(kib, " KiB") : text((kib + 1023) / 1024, " MiB");
}

std::byte* take_system_memory(std::size_t bytes) {
  void* memory = ::operator new[](bytes, alignment_of(bytes), std::nothrow);
  if (memory == nullptr) fail_of_memory(bytes);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  // A wish; the part of the last page that is not ours stays as it is.
  if (is_large(bytes)) madvise(memory, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
#endif
  return static_cast<std::byte*>(memory);
}

void give_back_system_memory(std::byte* memory, std::size_t bytes) noexcept {
  ::operator delete[](memory, alignment_of(bytes));
}

// Counts `bytes` as held, or throws and counts nothing.
void MemoryPool::count(std::size_t bytes) {
  std::size_t before = held_;
  do {
    require(limit_ == 0 || (before <= limit_ && bytes <= limit_ - before), ErrorCode::io,
            "out of memory: ", memory_text(bytes), " wanted beside ", memory_text(before),
            ", but the context's limit is ", memory_text(limit_),
            "; use a smaller picture or fewer layers, or raise the limit");
  } while (!held_.compare_exchange_weak(before, before + bytes));
}

std::byte* MemoryPool::take(std::size_t bytes) {
  count(bytes);
  try {
    return resource_ == nullptr ? take_system_memory(bytes) : take_from(*resource_, bytes);
  } catch (...) {
    held_ -= bytes;
    throw;
  }
}

void MemoryPool::give_back(std::byte* memory, std::size_t bytes) noexcept {
  if (resource_ == nullptr) {
    give_back_system_memory(memory, bytes);
  } else {
    resource_->deallocate(memory, bytes, kAlignment);
  }
  held_ -= bytes;
}

}  // namespace impasto::IMPASTO_ABI
