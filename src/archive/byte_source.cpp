#include "archive/byte_source.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {

void MemorySource::read(std::uint64_t offset, std::span<std::uint8_t> bytes) const {
  IMPASTO_ASSERT(offset <= bytes_.size() && bytes.size() <= bytes_.size() - offset);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(), bytes.begin());
}

}  // namespace impasto::IMPASTO_ABI
