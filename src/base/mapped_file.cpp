#include "base/mapped_file.h"

#include <limits>

#include "base/check.h"
#include "base/file.h"

#if __has_include(<sys/mman.h>)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define IMPASTO_HAS_MMAP 1
#endif

namespace impasto {

MappedFile::MappedFile(const std::filesystem::path& file, const char* what) {
  const std::string label = text(what, " '", file.string(), "'");
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(file, error);
  require(std::filesystem::exists(status), ErrorCode::input, label, " does not exist; check the path");
  require(std::filesystem::is_regular_file(status), ErrorCode::input, label, " is not a regular file");
#ifdef IMPASTO_HAS_MMAP
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  require(descriptor >= 0, ErrorCode::input, label, " cannot be opened; check its permissions");
  struct stat information = {};  // of what was opened, which may not be what the name means by now
  if (::fstat(descriptor, &information) == 0) size_ = static_cast<std::size_t>(information.st_size);
  if (size_ == 0) ::close(descriptor);
  require(size_ > 0, ErrorCode::input, label, " is empty (0 bytes)");
  void* memory = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  ::close(descriptor);
  require(memory != MAP_FAILED, ErrorCode::io, label, " cannot be mapped (", size_, " bytes)");
  data_ = static_cast<const std::uint8_t*>(memory);
#else
  copy_ = read_file(file, what, std::numeric_limits<std::size_t>::max());
  data_ = copy_.data();
  size_ = copy_.size();
  require(size_ > 0, ErrorCode::input, label, " is empty (0 bytes)");
#endif
}

MappedFile::~MappedFile() {
#ifdef IMPASTO_HAS_MMAP
  ::munmap(const_cast<std::uint8_t*>(data_), size_);
#endif
}

}  // namespace impasto
