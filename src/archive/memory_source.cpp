#include "archive/memory_source.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {

std::span<std::uint8_t> MemorySource::append(std::size_t bytes) {
  IMPASTO_ASSERT(bytes <= kPiece && size_ % kPiece == 0);
  pieces_.emplace_back(bytes);
  size_ += bytes;
  return pieces_.back();
}

void MemorySource::read(std::uint64_t offset, std::span<std::uint8_t> bytes) const {
  IMPASTO_ASSERT(offset <= size_ && bytes.size() <= size_ - offset);
  while (!bytes.empty()) {
    const std::span<const std::uint8_t> from = std::span(pieces_[static_cast<std::size_t>(offset / kPiece)])
                                                   .subspan(static_cast<std::size_t>(offset % kPiece));
    const std::size_t count = std::min(from.size(), bytes.size());
    std::copy_n(from.begin(), count, bytes.begin());
    bytes = bytes.subspan(count);
    offset += count;
  }
}

}  // namespace impasto::IMPASTO_ABI
