// A file's bytes without reading them all: memory-mapped where the system can, read into memory elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace impasto {

/// Read-only view of a whole regular file; neither copied nor moved. Thread safety: const use from any thread.
class MappedFile {
 public:
  /// Throws Error(input) for a file that is missing, no regular file, empty or unreadable; `what` names it.
  MappedFile(const std::filesystem::path& file, const char* what);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::uint8_t> bytes() const noexcept { return {data_, size_}; }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::vector<std::uint8_t> copy_;  // where there is no mmap
};

}  // namespace impasto
