// Bytes at any place of what has a size: a file, a part of one, memory.
#pragma once

#include <cstdint>
#include <span>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Neither copied nor moved. Thread safety: const use from any thread.
class ByteSource {
 public:
  ByteSource() = default;
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  virtual std::uint64_t size() const noexcept = 0;
  /// Fills `bytes` from `offset` on; both must lie within size(). Throws what FileReader::read throws.
  virtual void read(std::uint64_t offset, std::span<std::uint8_t> bytes) const = 0;
};

}  // namespace impasto::IMPASTO_ABI
