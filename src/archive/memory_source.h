// Memory that grows piece by piece, read like a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_source.h"

namespace impasto::IMPASTO_ABI {

/// Nothing in it is ever held twice.
class MemorySource final : public ByteSource {
 public:
  static constexpr std::size_t kPiece = std::size_t{1} << 20;  ///< bytes

  /// Adds `bytes`, at most kPiece, for the caller to fill. Only the last piece may be shorter.
  std::span<std::uint8_t> append(std::size_t bytes);

  std::uint64_t size() const noexcept override { return size_; }
  void read(std::uint64_t offset, std::span<std::uint8_t> bytes) const override;

 private:
  std::vector<std::vector<std::uint8_t>> pieces_;
  std::uint64_t size_ = 0;
};

}  // namespace impasto::IMPASTO_ABI
