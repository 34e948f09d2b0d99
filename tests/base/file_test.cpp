#include "base/file.h"

#include <doctest/doctest.h>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>
#endif

#include <span>
#include <string>

#include "base/file_writer.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace fs = std::filesystem;

namespace {

const std::vector<std::uint8_t> kBytes = {1, 2, 0, 255, 10, 13};

}  // namespace

TEST_CASE("file: what was written is read back") {
  const TempFolder folder;
  write_file(folder / "a.bin", kBytes);
  CHECK(read_file(folder / "a.bin", "test file", 6) == kBytes);
  CHECK(folder.size() == 1);
}

TEST_CASE("file: an empty file is written and read") {
  const TempFolder folder;
  write_file(folder / "empty", {});
  CHECK(read_file(folder / "empty", "test file", 0).empty());
}

TEST_CASE("file: writing replaces the old file and keeps its permissions") {
  const TempFolder folder;
  const fs::path file = folder.write("a.bin", "old and longer than the new one");
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  write_file(file, kBytes);
  CHECK(folder.read("a.bin") == kBytes);
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("file: what is written in pieces appears when it is committed, and not at all without") {
  const TempFolder folder;
  {
    FileWriter writer(folder / "a.bin");
    writer.write(kBytes);
    CHECK_FALSE(fs::exists(folder / "a.bin"));
  }
  CHECK(folder.size() == 0);
  FileWriter writer(folder / "a.bin");
  writer.write(std::span(kBytes).first(2));
  writer.write({});
  writer.write(std::span(kBytes).subspan(2));
  writer.commit();
  CHECK(folder.read("a.bin") == kBytes);
  CHECK(folder.size() == 1);
}

TEST_CASE("file: a symbolic link stays and its target is replaced") {
  const TempFolder folder;
  folder.write("real", "old");
  fs::create_symlink("real", folder / "link");
  write_file(folder / "link", kBytes);
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(folder.read("real") == kBytes);
}

TEST_CASE("file: a name as long as the file system allows can be written") {
  const TempFolder folder;
  write_file(folder / std::string(255, 'n'), kBytes);
  CHECK(folder.read(std::string(255, 'n')) == kBytes);
  CHECK(contains(error_of(ErrorCode::io, [&] { check_writable(folder / std::string(256, 'n')); }), "long"));
}

TEST_CASE("file: reading refuses a missing file, a folder and a file above the limit") {
  const TempFolder folder;
  folder.write("big", "1234567");
  const auto read = [&](const fs::path& file) {
    return error_of(ErrorCode::input, [&] { read_file(file, "weights file", 6); });
  };
  CHECK(contains(read(folder / "none"), "weights file '" + (folder / "none").string() + "' does not exist"));
  CHECK(contains(read(folder.path()), "is a folder"));
  CHECK(contains(read(folder / "big"), "has 7 bytes and at most 6 are read"));
  CHECK(contains(read(folder / "big" / "below"), "does not exist"));
  CHECK(contains(read(""), "does not exist"));
}

TEST_CASE("file: check_writable accepts a new and an old file and leaves nothing behind") {
  const TempFolder folder;
  check_writable(folder / "new.png");
  CHECK(folder.size() == 0);
  folder.write("old.png", "old");
  check_writable(folder / "old.png");
  CHECK(folder.size() == 1);
  CHECK(folder.read("old.png").size() == 3);
}

TEST_CASE("file: check_writable refuses a missing folder, a file as folder and a folder as file") {
  const TempFolder folder;
  folder.write("plain", "file");
  const auto check = [&](const fs::path& file) {
    write_file(folder / "plain", kBytes);
    const std::string written = error_of(ErrorCode::io, [&] { write_file(file, kBytes); });
    std::string checked = error_of(ErrorCode::io, [&] { check_writable(file); });
    CHECK(written == checked);
    return checked;
  };
  CHECK(contains(check(folder / "no" / "a.png"),
                 "folder '" + (folder / "no").string() + "' does not exist; create it or choose another"));
  CHECK(contains(check(folder / "plain" / "a.png"), "is a file, not a folder"));
  CHECK(contains(check(folder.path()), "is a folder"));
  CHECK(contains(check(folder.path() / ""), "names a folder"));
  CHECK(contains(check(""), "names a folder"));
  CHECK(folder.size() == 1);
}

#ifndef _WIN32

TEST_CASE("file: check_writable refuses a folder that takes no files") {
  const TempFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  // Root may write into any folder of a disk, but not into the kernel's.
  const fs::path refusing = geteuid() == 0 ? fs::path("/proc") : folder.path();
  if (fs::exists(refusing)) {
    CHECK(contains(error_of(ErrorCode::io, [&] { check_writable(refusing / "a.png"); }), "takes no new file"));
  }
  fs::permissions(folder.path(), fs::perms::owner_all);
}

TEST_CASE("file: a write-protected file is not replaced") {
  if (geteuid() == 0) return;  // root overwrites it
  const TempFolder folder;
  const fs::path file = folder.write("a.bin", "precious");
  fs::permissions(file, fs::perms::owner_read);
  CHECK(contains(error_of(ErrorCode::io, [&] { write_file(file, kBytes); }), "cannot be overwritten"));
  CHECK(folder.read("a.bin").size() == 8);
}

TEST_CASE("file: a device is not replaced") {
  CHECK(contains(error_of(ErrorCode::io, [] { write_file("/dev/null", kBytes); }), "device"));
  CHECK(contains(error_of(ErrorCode::input, [] { read_file("/dev/zero", "picture", 9); }), "device"));
}

TEST_CASE("file: what comes through a pipe is read to its end, and to the limit") {
  const TempFolder folder;
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const std::vector<std::uint8_t> all(200000, 7);
  const auto read_through = [&](std::uint64_t limit) {
    std::thread writer([&] {
      const int end = open((folder / "pipe").c_str(), O_WRONLY);
      for (std::size_t done = 0; done < all.size();) {
        const ssize_t count = write(end, all.data() + done, all.size() - done);
        if (count < 0) break;  // the reader has gone
        done += static_cast<std::size_t>(count);
      }
      close(end);
    });
    std::vector<std::uint8_t> bytes;
    std::string refusal;
    try {
      bytes = read_file(folder / "pipe", "picture", limit);
    } catch (const Error& error) {
      refusal = error.what();
    }
    writer.join();
    return std::pair(bytes, refusal);
  };
  const auto old_handler = std::signal(SIGPIPE, SIG_IGN);
  CHECK(read_through(all.size()).first == all);
  CHECK(contains(read_through(all.size() - 1).second, "gives more than the 199999 bytes"));
  std::signal(SIGPIPE, old_handler);
}

TEST_CASE("file: a pipe is no place to write to, also under a name that links to it") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const fs::path name = "/proc/self/fd/" + std::to_string(ends[1]);  // what /dev/stdout leads to
  if (fs::exists(name)) CHECK(contains(error_of(ErrorCode::io, [&] { check_writable(name); }), "pipe or socket"));
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("file: when the disk refuses, the old file stays and no temporary file is left") {
  const TempFolder folder;
  folder.write("a.bin", "old");
  rlimit old_limit{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{1000, old_limit.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  const std::vector<std::uint8_t> bytes(100000, 7);
  std::string message;
  try {
    write_file(folder / "a.bin", bytes);
  } catch (const Error& error) {
    message = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  CHECK(contains(message, "a.bin' failed after"));
  CHECK(folder.size() == 1);
  CHECK(folder.read("a.bin").size() == 3);
}

#endif

}  // namespace impasto::testing
