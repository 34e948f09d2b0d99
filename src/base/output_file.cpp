#include "base/output_file.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#ifdef _WIN32
#include <io.h>
#include <sys/stat.h>
#else
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace impasto::IMPASTO_ABI {
namespace {

// A system may refuse to write more at once.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;

#ifdef _WIN32
// There a file that is open cannot be removed, so that no lock is needed.
int open_file(const std::filesystem::path& file, int how) {
  return ::_wopen(file.c_str(), _O_WRONLY | _O_BINARY | _O_NOINHERIT | how, _S_IREAD | _S_IWRITE);
}
long long write_some(int descriptor, const std::uint8_t* bytes, std::size_t count) {
  return ::_write(descriptor, bytes, static_cast<unsigned>(count));
}
int cut_file(int descriptor, std::uint64_t bytes) {
  return ::_chsize_s(descriptor, static_cast<long long>(bytes)) == 0 ? 0 : -1;
}
int sync_file(int descriptor) { return ::_commit(descriptor); }
int close_file(int descriptor) { return ::_close(descriptor); }
int lock_file(int) { return 0; }
#else
int open_file(const std::filesystem::path& file, int how) {
  return ::open(file.c_str(), O_WRONLY | O_CLOEXEC | how, 0666);
}
long long write_some(int descriptor, const std::uint8_t* bytes, std::size_t count) {
  return ::write(descriptor, bytes, count);
}
int cut_file(int descriptor, std::uint64_t bytes) { return ::ftruncate(descriptor, static_cast<off_t>(bytes)); }
int sync_file(int descriptor) { return ::fsync(descriptor); }
int close_file(int descriptor) { return ::close(descriptor); }
int lock_file(int descriptor) { return ::flock(descriptor, LOCK_EX | LOCK_NB); }
#endif

// The reason of a call that says -1, called anew while it is interrupted.
template <class Call>
int reason_of(Call call) {
  while (call() < 0) {
    if (errno != EINTR) return errno == 0 ? EIO : errno;
  }
  return 0;
}

// Pipes, some network and read-only file systems.
bool has_no_sync(int code) {
  // The last two are one number on some systems. NOLINTNEXTLINE(misc-redundant-expression)
  return code == EINVAL || code == EROFS || code == ENOTSUP || code == EOPNOTSUPP;
}

int sync_descriptor(int descriptor) {
  const int code = reason_of([&] { return sync_file(descriptor); });
  return has_no_sync(code) ? 0 : code;
}

}  // namespace

int OutputFile::opened(int descriptor) {
  if (descriptor < 0) return errno;
  close();
  descriptor_ = descriptor;
  written_ = 0;
  return 0;
}

int OutputFile::create(const std::filesystem::path& file) { return opened(open_file(file, O_CREAT | O_EXCL)); }

int OutputFile::open(const std::filesystem::path& file) { return opened(open_file(file, 0)); }

int OutputFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    long long done = 0;
    const int code = reason_of([&] {
      done = write_some(descriptor_, bytes.data(), std::min(bytes.size(), kMostAtOnce));
      return done;
    });
    if (code != 0) return code;
    written_ += static_cast<std::uint64_t>(done);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return 0;
}

int OutputFile::cut() {
  return reason_of([&] { return cut_file(descriptor_, written_); });
}

int OutputFile::sync() { return sync_descriptor(descriptor_); }

int OutputFile::close() {
  if (descriptor_ < 0) return 0;
  const int code = close_file(descriptor_) == 0 ? 0 : errno;
  descriptor_ = -1;
  return code == EINTR ? 0 : code;  // closed all the same on Linux
}

int OutputFile::lock() {
  return reason_of([&] { return lock_file(descriptor_); });
}

bool OutputFile::is_removed() const {
#ifdef _WIN32
  return false;
#else
  struct stat information = {};
  return ::fstat(descriptor_, &information) == 0 && information.st_nlink == 0;
#endif
}

int sync_folder([[maybe_unused]] const std::filesystem::path& folder) {
#ifdef _WIN32
  return 0;
#else
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return 0;  // one that may be written but not read
  const int code = sync_descriptor(descriptor);
  ::close(descriptor);
  return code;
#endif
}

}  // namespace impasto::IMPASTO_ABI
