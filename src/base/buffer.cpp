#include "base/buffer.h"

#include <new>

#include "base/check.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace impasto::inline v0_1 {
namespace {

// A large page of x86-64 and of most aarch64 systems. Kernels walk 64 streams at once, more than small pages' TLB
// holds.
constexpr std::size_t kLargePage = std::size_t{2} << 20;

bool is_large(std::size_t bytes) { return bytes >= 2 * kLargePage; }
std::align_val_t alignment_of(std::size_t bytes) { return std::align_val_t{is_large(bytes) ? kLargePage : kAlignment}; }

}  // namespace

void AlignedDelete::operator()(std::byte* memory) const noexcept { ::operator delete[](memory, alignment_of(bytes)); }

AlignedBytes allocate_aligned(std::size_t bytes) {
  const std::size_t whole = aligned_bytes(bytes);
  void* memory = ::operator new[](whole, alignment_of(whole), std::nothrow);
  require(memory != nullptr, ErrorCode::io, "out of memory: ", bytes >> 20,
          " MiB wanted in one piece; use a smaller picture or fewer layers");
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  // A wish; the part of the last page that is not ours stays as it is.
  if (is_large(whole)) madvise(memory, whole / kLargePage * kLargePage, MADV_HUGEPAGE);
#endif
  return AlignedBytes(static_cast<std::byte*>(memory), AlignedDelete{whole});
}

}  // namespace impasto::inline v0_1
