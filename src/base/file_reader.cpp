#include "base/file_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <system_error>

#include "base/check.h"

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>

#include <mutex>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace impasto::IMPASTO_ABI {
namespace {

#ifdef _WIN32
int open_for_reading(const std::filesystem::path& file) { return ::_wopen(file.c_str(), _O_RDONLY | _O_BINARY); }
void close_descriptor(int descriptor) { ::_close(descriptor); }
long long size_of(int descriptor) { return ::_filelengthi64(descriptor); }

long long read_at(int descriptor, std::uint8_t* into, std::size_t count, std::uint64_t offset) {
  static std::mutex one_position;  // of the file, which all threads share
  const std::lock_guard<std::mutex> lock(one_position);
  if (::_lseeki64(descriptor, static_cast<long long>(offset), SEEK_SET) < 0) return -1;
  return ::_read(descriptor, into, static_cast<unsigned>(std::min<std::size_t>(count, 1u << 30)));
}
#else
int open_for_reading(const std::filesystem::path& file) { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC); }
void close_descriptor(int descriptor) { ::close(descriptor); }

// Files beyond 2 GiB, also where a pointer has 32 bits.
static_assert(sizeof(off_t) == 8, "compile with _FILE_OFFSET_BITS=64");

long long size_of(int descriptor) {
  struct stat information = {};
  return ::fstat(descriptor, &information) == 0 ? static_cast<long long>(information.st_size) : -1;
}

long long read_at(int descriptor, std::uint8_t* into, std::size_t count, std::uint64_t offset) {
  return ::pread(descriptor, into, count, static_cast<off_t>(offset));
}
#endif

}  // namespace

FileReader::FileReader(const std::filesystem::path& file, const char* what)
    : label_(text(what, " '", file.string(), "'")) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(file, error);
  require(std::filesystem::exists(status), ErrorCode::input, label_, " does not exist; check the path");
  require(std::filesystem::is_regular_file(status), ErrorCode::input, label_, " is not a regular file");
  descriptor_ = open_for_reading(file);
  require(descriptor_ >= 0, ErrorCode::input, label_, " cannot be opened; check its permissions");
  const long long size = size_of(descriptor_);  // of what was opened, which may not be what the name means by now
  if (size > 0) {
    size_ = static_cast<std::uint64_t>(size);
    return;
  }
  close_descriptor(descriptor_);
  fail(ErrorCode::input, label_, " is empty (0 bytes)");
}

FileReader::FileReader(const std::filesystem::path& file, const char* what, std::uint64_t begin, std::uint64_t bytes)
    : FileReader(file, what) {
  require(begin <= size_ && bytes <= size_ - begin, ErrorCode::input, label_, " has become shorter; get it again");
  begin_ = begin;
  size_ = bytes;
}

FileReader::~FileReader() { close_descriptor(descriptor_); }

void FileReader::read(std::uint64_t offset, std::span<std::uint8_t> bytes) const {
  std::size_t done = 0;
  const auto require_more = [&](bool more, std::uint64_t end) {
    require(more, ErrorCode::input, label_, " was cut short while it was read: wanted bytes ", offset, " to ",
            offset + bytes.size(), ", it ends at ", end, "; get it again");
  };
  require_more(offset <= size_ && bytes.size() <= size_ - offset, size_);
  while (done < bytes.size()) {
    const long long got = read_at(descriptor_, bytes.data() + done, bytes.size() - done, begin_ + offset + done);
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, ErrorCode::io, "reading ", label_, " failed at byte ", offset + done, " (",
            std::generic_category().message(errno), "); check the disk");
    require_more(got > 0, offset + done);
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace impasto::IMPASTO_ABI
