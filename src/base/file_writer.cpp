#include "base/file_writer.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>

#include "base/check.h"
#include "base/machine.h"
#include "base/output_file.h"
#include "impasto/text_file.h"

namespace impasto::IMPASTO_ABI {
namespace {

namespace fs = std::filesystem;

std::string quoted(const fs::path& file) { return text("'", file.string(), "'"); }

std::string reason(int code) { return std::generic_category().message(code); }

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
  OutputFile probe;
  if (const int code = probe.open(target); code != 0) {
    fail(ErrorCode::io, quoted(target), " exists and cannot be overwritten (", reason(code),
         "); make it writable or choose another name");
  }
}

// Names of staged files: none contains the target's, which may already be as long as the file system allows.
constexpr const char* kStagedBegin = ".impasto-";
constexpr const char* kStagedEnd = ".tmp";

std::string staged_name() {
  static std::atomic<unsigned> counter{0};
  // By the clock too: containers have processes of the same number.
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return text(kStagedBegin, process_id(), "-", now, "-", counter++, kStagedEnd);
}

// "night.jpg" -> "night-new.jpg" in `folder`, or the first of "night-new-2.jpg" ... that is free; empty if none is.
fs::path new_name(const fs::path& folder, const fs::path& target) {
  for (int number = 1; number < 1000; ++number) {
    fs::path name = folder / target.stem();
    name += number == 1 ? "-new" : text("-new-", number);
    name += target.extension();
    std::error_code failure;
    if (fs::symlink_status(name, failure).type() == fs::file_type::not_found) return name;
  }
  return {};
}

// The bytes of `from` in place of those of `to`, an open file.
int copy_over(const fs::path& from, OutputFile& to) {
  const FileHandle in(std::fopen(from.string().c_str(), "rb"));
  if (!in) return errno;
  std::array<std::uint8_t, 1 << 14> block;
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), in.get())) {
    if (const int code = to.write({block.data(), count}); code != 0) return code;
  }
  if (std::ferror(in.get()) != 0) return EIO;
  if (const int code = to.cut(); code != 0) return code;
  if (const int code = to.sync(); code != 0) return code;
  return to.close();
}

}  // namespace

fs::path follow_links(const fs::path& file) {
  std::error_code failure;
  if (fs::is_other(fs::status(file, failure))) return file;
  fs::path target = file;
  // As many as Linux follows.
  for (int links = 0; links < 40 && fs::is_symlink(fs::symlink_status(target, failure)); ++links) {
    target = target.parent_path() / fs::read_symlink(target, failure);
    if (failure) return file;
  }
  return target;
}

FileWriter::FileWriter(const fs::path& file) : target_(follow_links(file)) {
  check_target(target_);
  const fs::path folder = folder_of(target_);
  const int code = stage_in(folder);
  if (code == 0) return;
  // A file of its own in a folder that is closed, as one bound into a container, can still be overwritten.
  std::error_code failure;
  const fs::path elsewhere = fs::temp_directory_path(failure);
  if (!failure && fs::exists(target_, failure) && stage_in(elsewhere) == 0) return;
  fail(ErrorCode::io, "folder ", quoted(folder), " takes no new file (", reason(code),
       "); make it writable or choose another folder");
}

int FileWriter::stage_in(const fs::path& folder) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    staged_ = folder / staged_name();
    const int code = out_.create(staged_);
    if (code == EEXIST) continue;
    if (code != 0) {
      staged_.clear();
      return code;
    }
    // Somebody who removes leftovers may have been quicker.
    const int locked = out_.lock();
    if (locked != EWOULDBLOCK && !out_.is_removed()) return 0;
  }
  return EEXIST;
}

FileWriter::~FileWriter() {
  out_.close();
  std::error_code ignored;
  if (!staged_.empty()) fs::remove(staged_, ignored);
}

void FileWriter::refuse(int code) const {
  fail(ErrorCode::io, "writing ", quoted(target_), " failed after ", out_.written(), " bytes (", reason(code),
       "); free some space or choose another disk");
}

void FileWriter::write(std::span<const std::uint8_t> bytes) {
  IMPASTO_ASSERT(out_.is_open());
  if (const int code = out_.write(bytes); code != 0) refuse(code);
}

void FileWriter::commit() {
  IMPASTO_ASSERT(out_.is_open());
  // A rename may reach the disk before the bytes do; after a power cut the name would then hold nothing.
  if (const int code = out_.sync(); code != 0) refuse(code);
#ifdef _WIN32
  if (const int code = out_.close(); code != 0) refuse(code);
#endif
  std::error_code failure;
  const fs::file_status old = fs::status(target_, failure);
  if (fs::is_regular_file(old)) fs::permissions(staged_, old.permissions(), failure);
  fs::rename(staged_, target_, failure);
  if (failure) return overwrite(failure.message());
  staged_.clear();
  // Until now it was marked as in use.
  int code = out_.close();
  if (code == 0) code = sync_folder(folder_of(target_));
  if (code != 0) refuse(code);
}

// Gives the staged file a name that a person finds and nobody removes.
void FileWriter::name_staged() {
  const fs::path name = new_name(folder_of(staged_), target_);
  std::error_code failure;
  if (!name.empty()) fs::rename(staged_, name, failure);
  if (!name.empty() && !failure) staged_ = name;
}

// Where no rename can replace the target (a mount point; another user's file in a sticky folder), its bytes are
// replaced. The staged file, which is whole and on the disk, stays until they are.
void FileWriter::overwrite(const std::string& why) {
  OutputFile target;
  int code = target.open(target_);
  if (code == ENOENT) code = target.create(target_);
  require(code == 0, ErrorCode::io, "the finished file could be neither renamed to ", quoted(target_), " (", why,
          ") nor written there (", reason(code), "); choose another name or folder");
  name_staged();
  code = copy_over(staged_, target);
  if (code == 0) return;
  const fs::path whole = staged_;
  staged_.clear();
  fail(ErrorCode::io, quoted(target_), " could not be replaced (", why, ") and was overwritten up to ",
       target.written(), " bytes (", reason(code), "); the whole new file is ", quoted(whole));
}

void remove_leftovers(const fs::path& folder) {
  for (const std::string& name : names_in_folder(folder)) {
    const fs::path file = folder / name;
    if (!name.starts_with(kStagedBegin) || !name.ends_with(kStagedEnd)) continue;
    OutputFile leftover;
    if (leftover.open(file) != 0 || leftover.lock() != 0) continue;
    std::error_code ignored;
    fs::remove(file, ignored);
  }
}

}  // namespace impasto::IMPASTO_ABI
