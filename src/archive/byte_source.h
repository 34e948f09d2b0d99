// Bytes at any place of what has a size: a file, a part of another source, memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/file_reader.h"

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

class FileSource final : public ByteSource {
 public:
  FileSource(const std::filesystem::path& file, const char* kind) : reader_(file, kind) {}

  std::uint64_t size() const noexcept override { return reader_.size(); }
  void read(std::uint64_t offset, std::span<std::uint8_t> bytes) const override { reader_.read(offset, bytes); }

 private:
  FileReader reader_;
};

/// `bytes` of `whole` from `begin` on; they must lie within it.
class PartSource final : public ByteSource {
 public:
  PartSource(std::unique_ptr<const ByteSource> whole, std::uint64_t begin, std::uint64_t bytes)
      : whole_(std::move(whole)), begin_(begin), bytes_(bytes) {}

  std::uint64_t size() const noexcept override { return bytes_; }
  void read(std::uint64_t offset, std::span<std::uint8_t> bytes) const override {
    whole_->read(begin_ + offset, bytes);
  }

 private:
  std::unique_ptr<const ByteSource> whole_;
  std::uint64_t begin_, bytes_;
};

/// Memory that grows piece by piece, so that nothing is ever held twice.
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
