#include "base/file.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/check.h"
#include "base/file_writer.h"
#include "base/sizes.h"
#include "impasto/text_file.h"

namespace impasto::IMPASTO_ABI {
namespace {

namespace fs = std::filesystem;

std::string quoted(const fs::path& file) { return text("'", file.string(), "'"); }

std::string reason(int code) { return std::generic_category().message(code); }

// All that comes through a pipe.
std::vector<std::uint8_t> read_pipe(std::FILE* pipe, const char* what, const fs::path& file, std::uint64_t limit) {
  return with_memory_error("reading a pipe", [&] {
    std::vector<std::uint8_t> bytes;
    std::array<std::uint8_t, 1 << 14> block;
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), pipe)) {
      require(bytes.size() + count <= limit, ErrorCode::input, what, " ", quoted(file), " gives more than the ", limit,
              " bytes that are read; choose a smaller file");
      bytes.insert(bytes.end(), block.data(), block.data() + count);
    }
    require(std::ferror(pipe) == 0, ErrorCode::io, "reading ", what, " ", quoted(file), " failed after ", bytes.size(),
            " bytes (", reason(errno), ")");
    return bytes;
  });
}

}  // namespace

std::vector<std::uint8_t> read_file(const fs::path& file, const char* what, std::uint64_t limit) {
  std::error_code failure;
  const fs::file_status status = fs::status(file, failure);
  require(status.type() != fs::file_type::not_found, ErrorCode::input, what, " ", quoted(file),
          " does not exist; check its name");
  require(status.type() != fs::file_type::none, ErrorCode::input, what, " ", quoted(file), " cannot be reached (",
          failure.message(), "); check its name");
  require(!fs::is_directory(status), ErrorCode::input, what, " ", quoted(file), " is a folder; name a file in it");
  require(fs::is_regular_file(status) || fs::is_fifo(status), ErrorCode::input, what, " ", quoted(file),
          " is a device or socket; name a regular file or a pipe");

  const FileHandle handle(std::fopen(file.string().c_str(), "rb"));
  if (!handle) {
    const int code = errno;
    fail(ErrorCode::input, what, " ", quoted(file), " cannot be opened (", reason(code), "); check its permissions");
  }
  if (fs::is_fifo(status)) return read_pipe(handle.get(), what, file, limit);
  const std::uintmax_t size = fs::file_size(file, failure);
  require(!failure, ErrorCode::input, what, " ", quoted(file), " cannot be read (", failure.message(), ")");
  require(size <= limit, ErrorCode::input, what, " ", quoted(file), " has ", size, " bytes and at most ", limit,
          " are read; choose a smaller file");

  std::vector<std::uint8_t> bytes;
  try {
    if (size > kMostBytes) throw std::bad_alloc();
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
  FileWriter writer(file);
  writer.write(bytes);
  writer.commit();
}

void check_writable(const fs::path& file) {
  const FileWriter probe(file);
  remove_leftovers(file.parent_path().empty() ? fs::path(".") : file.parent_path());
}

void save_text(std::string_view text, const fs::path& file) {
  write_file(file, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void check_text_output(const fs::path& file) { check_writable(file); }

}  // namespace impasto::IMPASTO_ABI
