#include "base/buffer.h"

#include <new>

#include "base/check.h"

namespace impasto {

void AlignedDelete::operator()(std::byte* memory) const noexcept {
  ::operator delete[](memory, std::align_val_t{kAlignment});
}

AlignedBytes allocate_aligned(std::size_t bytes) {
  void* memory = ::operator new[](aligned_bytes(bytes), std::align_val_t{kAlignment}, std::nothrow);
  require(memory != nullptr, ErrorCode::io, "out of memory: ", bytes >> 20,
          " MiB wanted in one piece; use a smaller picture or fewer layers");
  return AlignedBytes(static_cast<std::byte*>(memory));
}

}  // namespace impasto
