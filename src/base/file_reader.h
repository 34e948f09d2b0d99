// Parts of a large file, wherever they lie. Not mapped: a mapped file that is cut short, or whose disk fails, ends the
// process with a signal, and a library must not catch those. Read into place, the same bytes cost one copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/byte_source.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// An open regular file.
class FileReader final : public ByteSource {
 public:
  /// Throws Error(input) for a file that is missing, no regular file, empty or unreadable; `what` names it.
  FileReader(const std::filesystem::path& file, const char* what);
  /// The `bytes` from `begin` on alone, as if they were the file; they must lie within it.
  FileReader(const std::filesystem::path& file, const char* what, std::uint64_t begin, std::uint64_t bytes);
  ~FileReader() override;

  std::uint64_t size() const noexcept override { return size_; }  ///< bytes when it was opened
  /// Fills `bytes` from `offset` on. Throws Error(input) when the file has become shorter, Error(io) when the disk
  /// fails.
  void read(std::uint64_t offset, std::span<std::uint8_t> bytes) const override;

 private:
  std::string label_;
  int descriptor_ = -1;
  std::uint64_t begin_ = 0, size_ = 0;
};

}  // namespace impasto::IMPASTO_ABI
