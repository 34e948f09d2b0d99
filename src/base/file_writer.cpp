#include "base/file_writer.h"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>

#ifndef _WIN32
#include <unistd.h>
#endif

#include "base/check.h"
#include "base/machine.h"

namespace impasto::inline v0_1 {
namespace {

namespace fs = std::filesystem;

std::string quoted(const fs::path& file) { return text("'", file.string(), "'"); }

std::string reason(int code) { return std::generic_category().message(code); }

// Where the bytes really go: a symbolic link is followed, so that it survives the rename. One to a device or pipe is
// not: what /dev/stdout leads to may have no name in any folder.
fs::path follow_links(const fs::path& file) {
  std::error_code failure;
  if (!fs::is_symlink(fs::symlink_status(file, failure)) || fs::is_other(fs::status(file, failure))) return file;
  fs::path target = fs::weakly_canonical(file, failure);
  return failure ? file : target;
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

// Everything about `target` that can be known without writing.
void check_target(const fs::path& target) {
  require(target.has_filename(), ErrorCode::io, quoted(target), " names a folder, not a file; add a file name");
  const fs::path folder = folder_of(target);
  std::error_code failure;
  const fs::file_status place = fs::status(folder, failure);
  require(place.type() != fs::file_type::not_found, ErrorCode::io, "folder ", quoted(folder),
          " does not exist; create it or choose another");
  require(place.type() != fs::file_type::none, ErrorCode::io, "folder ", quoted(folder), " cannot be reached (",
          failure.message(), "); choose another");
  require(fs::is_directory(place), ErrorCode::io, quoted(folder), " is a file, not a folder, so ",
          quoted(target.filename()), " cannot be written into it; choose another folder");

  const fs::file_status old = fs::status(target, failure);
  if (old.type() == fs::file_type::not_found) return;
  require(old.type() != fs::file_type::none, ErrorCode::io, quoted(target), " cannot be written (", failure.message(),
          "); choose another name");
  require(!fs::is_directory(old), ErrorCode::io, quoted(target),
          " is a folder; add a file name or choose another name");
  require(fs::is_regular_file(old), ErrorCode::io, quoted(target),
          " is a device, pipe or socket and would be replaced; choose the name of a regular file");
  const FileHandle probe(std::fopen(target.string().c_str(), "r+b"));
  if (!probe) {
    const int code = errno;
    fail(ErrorCode::io, quoted(target), " exists and cannot be overwritten (", reason(code),
         "); make it writable or choose another name");
  }
}

}  // namespace

FileWriter::FileWriter(const fs::path& file) : target_(follow_links(file)) {
  check_target(target_);
  const fs::path folder = folder_of(target_);
  static std::atomic<unsigned> counter{0};
  // The temporary name does not contain the target's, which may already be as long as the file system allows.
  for (int attempt = 0; attempt < 100 && !handle_; ++attempt) {
    temporary_ = folder / text(".impasto-", process_id(), "-", counter++, ".tmp");
    handle_.reset(std::fopen(temporary_.string().c_str(), "wbx"));
    // Left over by a killed process that had the same id: take the next number.
    if (!handle_ && errno != EEXIST) break;
  }
  if (!handle_) {
    const int code = errno;
    fail(ErrorCode::io, "folder ", quoted(folder), " takes no new file (", reason(code),
         "); make it writable or choose another folder");
  }
}

FileWriter::~FileWriter() {
  handle_.reset();
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove(temporary_, ignored);
}

void FileWriter::refuse(int code) const {
  fail(ErrorCode::io, "writing ", quoted(target_), " failed after ", written_, " bytes (", reason(code),
       "); free some space or choose another disk");
}

void FileWriter::write(std::span<const std::uint8_t> bytes) {
  IMPASTO_ASSERT(handle_);
  errno = 0;
  const std::size_t done = bytes.empty() ? 0 : std::fwrite(bytes.data(), 1, bytes.size(), handle_.get());
  const int code = errno;
  written_ += done;
  if (done != bytes.size()) refuse(code);
}

void FileWriter::commit() {
  IMPASTO_ASSERT(handle_);
  errno = 0;
  int code = std::fflush(handle_.get()) != 0 ? errno : 0;
#ifndef _WIN32
  // A rename may reach the disk before the bytes do; after a power cut the name would then hold nothing.
  if (code == 0 && ::fsync(::fileno(handle_.get())) != 0 && errno == EIO) code = errno;
#endif
  if (std::fclose(handle_.release()) != 0 && code == 0) code = errno;
  if (code != 0) refuse(code);
  std::error_code failure;
  const fs::file_status old = fs::status(target_, failure);
  if (fs::is_regular_file(old)) fs::permissions(temporary_, old.permissions(), failure);
  fs::rename(temporary_, target_, failure);
  require(!failure, ErrorCode::io, "the finished file could not be renamed to ", quoted(target_), " (",
          failure.message(), "); choose another name or folder");
  temporary_.clear();
}

}  // namespace impasto::inline v0_1
