#include "base/file.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#ifdef _WIN32
#include <process.h>
#else
#include <unistd.h>
#endif

#include "base/check.h"
#include "impasto/text_file.h"

namespace impasto {
namespace {

namespace fs = std::filesystem;

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, CloseFile>;

std::string quoted(const fs::path& file) { return text("'", file.string(), "'"); }

std::string reason(int code) { return std::generic_category().message(code); }

long process_id() {
#ifdef _WIN32
  return _getpid();
#else
  return getpid();
#endif
}

// A new, empty file in `folder`, open for writing; removed again unless it was renamed.
class TemporaryFile {
 public:
  // Its name does not contain the target's, which may already be as long as the file system allows.
  explicit TemporaryFile(const fs::path& folder) {
    static std::atomic<unsigned> counter{0};
    for (int attempt = 0; attempt < 100 && !handle_; ++attempt) {
      path_ = folder / text(".impasto-", process_id(), "-", counter++, ".tmp");
      handle_.reset(std::fopen(path_.string().c_str(), "wbx"));
      // Left over by a killed process that had the same id: take the next number.
      if (!handle_ && errno != EEXIST) break;
    }
    if (!handle_) {
      const int code = errno;
      fail(ErrorCode::io, "folder ", quoted(folder), " takes no new file (", reason(code),
           "); make it writable or choose another folder");
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    handle_.reset();
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
  }

  void write(std::span<const std::uint8_t> bytes, const fs::path& target) {
    errno = 0;
    bool good = bytes.empty() || std::fwrite(bytes.data(), 1, bytes.size(), handle_.get()) == bytes.size();
    int code = errno;
    if (std::fflush(handle_.get()) != 0 && good) good = false, code = errno;
#ifndef _WIN32
    // A rename may reach the disk before the bytes do; after a power cut the name would then hold nothing.
    if (::fsync(::fileno(handle_.get())) != 0 && errno == EIO && good) good = false, code = errno;
#endif
    if (std::fclose(handle_.release()) != 0 && good) good = false, code = errno;
    require(good, ErrorCode::io, "writing ", bytes.size(), " bytes for ", quoted(target), " failed (", reason(code),
            "); free some space or choose another disk");
  }

  void rename_to(const fs::path& target) {
    std::error_code failure;
    const fs::file_status old = fs::status(target, failure);
    if (fs::is_regular_file(old)) fs::permissions(path_, old.permissions(), failure);
    fs::rename(path_, target, failure);
    require(!failure, ErrorCode::io, "the finished file could not be renamed to ", quoted(target), " (",
            failure.message(), "); choose another name or folder");
    path_.clear();
  }

 private:
  fs::path path_;
  FileHandle handle_;
};

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

std::vector<std::uint8_t> read_file(const fs::path& file, const char* what, std::size_t limit) {
  std::error_code failure;
  const fs::file_status status = fs::status(file, failure);
  require(status.type() != fs::file_type::not_found, ErrorCode::input, what, " ", quoted(file),
          " does not exist; check its name");
  require(status.type() != fs::file_type::none, ErrorCode::input, what, " ", quoted(file), " cannot be reached (",
          failure.message(), "); check its name");
  require(!fs::is_directory(status), ErrorCode::input, what, " ", quoted(file), " is a folder; name a file in it");
  require(fs::is_regular_file(status), ErrorCode::input, what, " ", quoted(file),
          " is a device, pipe or socket; name a regular file");

  const FileHandle handle(std::fopen(file.string().c_str(), "rb"));
  if (!handle) {
    const int code = errno;
    fail(ErrorCode::input, what, " ", quoted(file), " cannot be opened (", reason(code), "); check its permissions");
  }
  const std::uintmax_t size = fs::file_size(file, failure);
  require(!failure, ErrorCode::input, what, " ", quoted(file), " cannot be read (", failure.message(), ")");
  require(size <= limit, ErrorCode::input, what, " ", quoted(file), " has ", size, " bytes and at most ", limit,
          " are read; choose a smaller file");

  std::vector<std::uint8_t> bytes;
  try {
    bytes.resize(static_cast<std::size_t>(size));
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::io, "no memory is left for the ", size, " bytes of ", what, " ", quoted(file),
         "; close other programs or choose a smaller file");
  }
  errno = 0;
  const std::size_t got = bytes.empty() ? 0 : std::fread(bytes.data(), 1, bytes.size(), handle.get());
  const int code = errno;
  require(!std::ferror(handle.get()), ErrorCode::io, "reading ", what, " ", quoted(file), " failed after ", got, " of ",
          size, " bytes (", reason(code), "); check the disk");
  require(got == bytes.size(), ErrorCode::input, what, " ", quoted(file), " shrank from ", size, " to ", got,
          " bytes while it was read; try again when no other program writes it");
  return bytes;
}

void write_file(const fs::path& file, std::span<const std::uint8_t> bytes) {
  const fs::path target = follow_links(file);
  check_target(target);
  TemporaryFile temporary(folder_of(target));
  temporary.write(bytes, target);
  temporary.rename_to(target);
}

void check_writable(const fs::path& file) {
  const fs::path target = follow_links(file);
  check_target(target);
  const TemporaryFile probe(folder_of(target));
}

void save_text(std::string_view text, const fs::path& file) {
  write_file(file, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void check_text_output(const fs::path& file) { check_writable(file); }

}  // namespace impasto
