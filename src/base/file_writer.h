// A file written in pieces, however large. It appears under its name only when it is complete: written beside it, then
// renamed; or, where the name cannot be given away, copied over the old file from a complete one.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/output_file.h"

namespace impasto::IMPASTO_ABI {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, CloseFile>;

/// Neither copied nor moved. Without commit() nothing is left behind and an old file is untouched.
class FileWriter {
 public:
  /// Throws Error(io) unless `file` could be written now: its folder exists, is a folder and takes files, or `file` is
  /// there and can be overwritten; and `file` is no folder or device.
  explicit FileWriter(const std::filesystem::path& file);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  /// Appends. Throws Error(io) when the disk refuses.
  void write(std::span<const std::uint8_t> bytes);
  /// Brings everything to the disk and gives the file its name. Throws Error(io); nothing can be written after it. The
  /// old file is whole then, or the message names where the whole new one is.
  void commit();

 private:
  int stage_in(const std::filesystem::path& folder);
  [[noreturn]] void refuse(int code) const;
  void name_staged();
  void overwrite(const std::string& why);

  std::filesystem::path target_, staged_;
  OutputFile out_;  // staged_, until it is target_
};

/// What killed processes left in `folder`: staged files that no process holds any more. Removes them.
void remove_leftovers(const std::filesystem::path& folder);

}  // namespace impasto::IMPASTO_ABI
