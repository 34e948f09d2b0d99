// A file open for writing, as the system knows it: unbuffered, interrupted calls taken up again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Closed by the destructor. What can fail tells the system's reason, 0 for success (errno's numbers).
class OutputFile {
 public:
  OutputFile() = default;
  ~OutputFile() { close(); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Makes a file that is not there yet; EEXIST where it is.
  int create(const std::filesystem::path& file);
  /// Opens a file that is there, at its beginning, and changes nothing of it.
  int open(const std::filesystem::path& file);
  bool is_open() const { return descriptor_ >= 0; }

  /// Writes all of it, or up to where the system refuses; written() tells how far it came.
  int write(std::span<const std::uint8_t> bytes);
  std::uint64_t written() const { return written_; }
  /// Cuts the file after what was written.
  int cut();
  /// Brings what was written to the disk. File systems that have no such thing are no failure.
  int sync();
  int close();

  /// Marks the file as in use until it is closed or this process ends, for all processes of the machine; EWOULDBLOCK
  /// where another has done so. File systems without such marks tell another reason.
  int lock();
  /// The file has no name any more.
  bool is_removed() const;

 private:
  int opened(int descriptor);

  int descriptor_ = -1;
  std::uint64_t written_ = 0;  // bytes
};

/// Brings to the disk which names a folder holds. As OutputFile::sync.
int sync_folder(const std::filesystem::path& folder);

}  // namespace impasto::IMPASTO_ABI
