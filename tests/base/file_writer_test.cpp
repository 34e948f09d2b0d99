#include "base/file_writer.h"

#include <doctest/doctest.h>

#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/output_file.h"
#include "impasto/error.h"
#include "impasto/text_file.h"
#include "support/temp_folder.h"

#if defined(__linux__)
#include <sched.h>
#include <sys/mount.h>
#endif

namespace impasto::testing {
namespace {

namespace fs = std::filesystem;

const std::vector<std::uint8_t> kNew = {'n', 'e', 'w', 0, 255};
const std::string kOld = "old and longer than the new one";

/// Runs `what` in a process of its own, as a plain user where this one is root. Its exit code: 0 or 1 as it says.
template <class What>
int in_child(bool as_plain_user, What what) {
  const pid_t child = fork();
  if (child == 0) {
    if (as_plain_user && geteuid() == 0 && setuid(65534) != 0) _exit(2);
    int code = 3;
    try {
      code = what() ? 0 : 1;
    } catch (...) {
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool writes(const fs::path& file) {
  try {
    check_writable(file);
    write_file(file, kNew);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("file_writer: another user's writable file in a sticky folder is overwritten") {
  if (geteuid() != 0) return;  // nobody else's file can be made
  const TempFolder folder;
  fs::permissions(folder.write("a.bin", kOld), fs::perms(0666));
  fs::permissions(folder.path(), fs::perms(01777));
  CHECK(in_child(true, [&] { return writes(folder / "a.bin"); }) == 0);
  CHECK(folder.read("a.bin") == kNew);
  CHECK(folder.size() == 1);
}

TEST_CASE("file_writer: a writable file in a folder that takes no other is overwritten") {
  const TempFolder folder;
  fs::permissions(folder.write("a.bin", kOld), fs::perms(0666));
  fs::permissions(folder.path(), fs::perms(0555));
  CHECK(in_child(true, [&] { return writes(folder / "a.bin"); }) == 0);
  CHECK(in_child(true, [&] { return writes(folder / "b.bin"); }) == 1);
  fs::permissions(folder.path(), fs::perms::owner_all);
  CHECK(folder.read("a.bin") == kNew);
  CHECK(folder.size() == 1);
}

#if defined(__linux__)
TEST_CASE("file_writer: a file that is a mount point, as one bound into a container, is overwritten") {
  const TempFolder folder;
  const fs::path outside = folder.write("outside", kOld), inside = folder.write("inside.jpg", "");
  const int code = in_child(false, [&] {
    const bool mounted = unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         mount(outside.c_str(), inside.c_str(), nullptr, MS_BIND, nullptr) == 0;
    if (!mounted) _exit(77);
    return writes(inside);
  });
  if (code == 77) return;  // not allowed here
  CHECK(code == 0);
  CHECK(folder.read("outside") == kNew);
  CHECK(folder.size() == 2);
}

TEST_CASE("file_writer: an overwriting that is cut short names the whole new file") {
  const TempFolder folder;
  const fs::path inside = folder.write("inside.jpg", "");
  const std::vector<std::uint8_t> large(100'000, 7);
  fs::create_directory(folder / "small");
  const int code = in_child(false, [&] {
    const fs::path old = folder / "small" / "old.jpg";
    const bool mounted = unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         mount("none", (folder / "small").c_str(), "tmpfs", 0, "size=16k") == 0;
    if (!mounted) _exit(77);
    write_file(old, kNew);
    if (mount(old.c_str(), inside.c_str(), nullptr, MS_BIND, nullptr) != 0) _exit(77);
    try {
      write_file(inside, large);
    } catch (const Error& error) {
      const std::string sentence = error.what();
      return sentence.find("was overwritten up to 16384 bytes") != std::string::npos &&
             sentence.find("inside-new.jpg'") != std::string::npos;
    }
    return false;
  });
  if (code == 77) return;  // not allowed here
  CHECK(code == 0);
  CHECK(folder.read("inside-new.jpg") == large);
  CHECK(folder.size() == 3);
}
#endif

TEST_CASE("file_writer: a link whose target is not there yet is followed") {
  const TempFolder folder;
  fs::create_symlink("later.bin", folder / "link");
  fs::create_symlink("link", folder / "second");
  write_file(folder / "second", kNew);
  CHECK(folder.read("later.bin") == kNew);
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(folder.size() == 3);
}

TEST_CASE("file_writer: links in a circle are refused") {
  const TempFolder folder;
  fs::create_symlink("a", folder / "b");
  fs::create_symlink("b", folder / "a");
  CHECK_FALSE(writes(folder / "a"));
  CHECK(folder.size() == 2);
}

TEST_CASE("file_writer: what a killed process left is removed by the next check, what is being written is not") {
  const TempFolder folder;
  CHECK(in_child(false, [&] {
          FileWriter killed(folder / "a.bin");
          killed.write(kNew);
          _exit(0);
          return true;
        }) == 0);
  CHECK(folder.size() == 1);
  FileWriter busy(folder / "b.bin");
  busy.write(kNew);
  CHECK(folder.size() == 2);
  CHECK(in_child(false, [&] { return writes(folder / "c.bin"); }) == 0);
  CHECK(folder.size() == 2);
  busy.commit();
  CHECK(folder.read("b.bin") == kNew);
}

TEST_CASE("file_writer: what a person named is no leftover") {
  const TempFolder folder;
  for (const char* name : {".impasto-notes.txt", "x.impasto-1-0.tmp", "a.tmp"}) folder.write(name, kOld);
  check_writable(folder / "new.bin");
  CHECK(folder.size() == 3);
}

TEST_CASE("text_file: the names in a folder are told, and none of one that is not there") {
  const TempFolder folder;
  CHECK(names_in_folder(folder.path()).empty());
  folder.write("b.txt", kOld);
  fs::create_directory(folder / ".hidden");
  std::vector<std::string> names = names_in_folder(folder.path());
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{".hidden", "b.txt"});
  CHECK(names_in_folder(folder / "none").empty());
  CHECK(names_in_folder(folder / "b.txt").empty());
}

TEST_CASE("output_file: tells how far it came and cuts what was behind") {
  const TempFolder folder;
  folder.write("a.bin", kOld);
  OutputFile file;
  CHECK(file.create(folder / "a.bin") != 0);
  CHECK_FALSE(file.is_open());
  CHECK(file.open(folder / "a.bin") == 0);
  CHECK(file.write(kNew) == 0);
  CHECK(file.written() == kNew.size());
  CHECK(folder.read("a.bin").size() == kOld.size());
  CHECK(file.cut() == 0);
  CHECK(file.close() == 0);
  CHECK(folder.read("a.bin") == kNew);
  CHECK(file.open(folder / "none") != 0);
}

TEST_CASE("output_file: a full device is told") {
  if (!fs::exists("/dev/full")) return;
  OutputFile full;
  REQUIRE(full.open("/dev/full") == 0);
  CHECK(full.write(kNew) == ENOSPC);
  CHECK(full.written() == 0);
}

}  // namespace impasto::testing
#endif
