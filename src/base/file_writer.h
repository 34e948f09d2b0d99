// A file written in pieces, however large. It appears under its name only when it is complete: written beside it, then
// renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>

namespace impasto::inline v0_1 {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, CloseFile>;

/// Neither copied nor moved. Without commit() nothing is left behind and an old file is untouched.
class FileWriter {
 public:
  /// Throws Error(io) unless `file` could be written now: its folder exists, is a folder and takes files, and `file` is
  /// no folder or device.
  explicit FileWriter(const std::filesystem::path& file);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  /// Appends. Throws Error(io) when the disk refuses.
  void write(std::span<const std::uint8_t> bytes);
  /// Brings everything to the disk and gives the file its name. Throws Error(io); nothing can be written after it.
  void commit();

 private:
  [[noreturn]] void refuse(int code) const;

  std::filesystem::path target_, temporary_;
  FileHandle handle_;
  std::uint64_t written_ = 0;  // bytes
};

}  // namespace impasto::inline v0_1
