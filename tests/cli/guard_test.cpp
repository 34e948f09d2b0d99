// What a run must not write over, and where it cannot write: known before the work, or survived when it comes later.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/pictures.h"
#include "support/safetensors.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

namespace fs = std::filesystem;

// The files of a folder and all below, with what they hold.
std::map<std::string, std::string> everything(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    files[entry.path().string()] = entry.is_regular_file() ? read_text(entry.path()) : "";
  }
  return files;
}

// Refused with exit code 2 and these words, and not a byte of the folder changed.
void expect_guarded(const Studio& studio, const std::vector<std::string>& words,
                    const std::vector<std::string>& parts) {
  const auto before = everything(studio.path());
  expect_failure(run_program(words, studio.path()), 2, parts);
  CHECK(everything(studio.path()) == before);
}

// Refused before a picture is read: the reason is all there is.
void expect_refused(const Run& run, const std::vector<std::string>& parts) {
  expect_failure(run, 1, parts);
  CHECK(run.err.rfind("impasto: ", 0) == 0);
}

}  // namespace

TEST_CASE("cli: no output replaces an input") {
  const Studio studio;
  studio.write("mine.safetensors", safetensors(first_convolutions(), torchvision_input()));
  fs::create_symlink("style.png", studio / "link.png");
  const auto guarded = [&](const std::vector<std::string>& more, const std::vector<std::string>& parts) {
    expect_guarded(studio, Studio::arguments(more), parts);
  };
  guarded({"-o", "./content.png"}, {"--output would write over './content.png'", "content picture"});
  guarded({"-o", "link.png"}, {"--output would write over 'link.png'", "style picture"});
  guarded({"--init", "link.png", "-o", "style.png"}, {"--output would write over 'style.png'", "style picture"});
  guarded({"--log", "content.png"}, {"--log would write over 'content.png'", "content picture"});
  guarded({"--log", "style.png"}, {"--log would write over 'style.png'", "style picture"});
  fs::copy_file(studio / "style.png", studio / "start.png");
  guarded({"--init", "start.png", "--log", "start.png"}, {"--log would write over 'start.png'", "--init"});
  guarded({"--init", "start.png", "-o", "start.png"}, {"--output would write over 'start.png'", "--init"});
  const std::vector<std::string> layers = {"--content-layers", "block1_conv2", "--style-layers", "block1_conv1"};
  std::vector<std::string> weights = {"--weights", "mine.safetensors", "--log", "mine.safetensors"};
  weights.insert(weights.end(), layers.begin(), layers.end());
  guarded(weights, {"--log would write over 'mine.safetensors'", "weights"});

  // The same for weights that were found, not named.
  std::vector<std::string> found = Studio::arguments({"--log", "mine.safetensors"});
  found.erase(std::find(found.begin(), found.end(), "--weights"), std::find(found.begin(), found.end(), "--epochs"));
  found.insert(found.end(), layers.begin(), layers.end());
  const auto before = everything(studio.path());
  expect_failure(run_program(found, studio.path(), {{"IMPASTO_WEIGHTS", "mine.safetensors"}}), 2, {"weights"});
  CHECK(everything(studio.path()) == before);
}

TEST_CASE("cli: no snapshot replaces an input") {
  const Studio studio;
  fs::create_directory(studio / "snap");
  save_image(waves(48, 32, 0.3), studio / "snap/2.jpg");
  save_image(waves(48, 32, 0.4), studio / "snap/7.jpg");
  const auto words = [](const std::string& content, const std::string& style, const std::vector<std::string>& more) {
    std::vector<std::string> all = Studio::arguments(more);
    all[1] = content;
    all[2] = style;
    all.insert(all.end(), {"--snapshots", "snap"});
    return all;
  };
  expect_guarded(studio, words("snap/2.jpg", "style.png", {}),
                 {"--snapshots would write over 'snap/2.jpg'", "content picture"});
  expect_guarded(studio, words("content.png", "snap/2.jpg", {}),
                 {"--snapshots would write over 'snap/2.jpg'", "style picture"});
  expect_guarded(studio, words("content.png", "style.png", {"--init", "snap/2.jpg"}), {"'snap/2.jpg'", "--init"});
  expect_guarded(studio, words("content.png", "style.png", {"--log", "snap/2.jpg"}), {"'snap/2.jpg'", "--log"});
  fs::create_symlink("../content.png", studio / "snap/1.jpg");
  expect_guarded(studio, words("content.png", "style.png", {}), {"'snap/1.jpg'", "content picture"});
  fs::remove(studio / "snap/1.jpg");
  // Only two epochs: 7.jpg is in no danger.
  CHECK(run_program(words("snap/7.jpg", "style.png", {}), studio.path()).code == 0);
  CHECK(fs::exists(studio / "snap/1.jpg"));

  fs::create_directory(studio / "output");
  fs::rename(studio / "snap/7.jpg", studio / "output/1.jpg");
  std::vector<std::string> tutorial = Studio::arguments({"--preset", "tutorial", "-o", "last.png"});
  tutorial[1] = "output/1.jpg";
  expect_guarded(studio, tutorial, {"'output/1.jpg'", "content picture"});
}

TEST_CASE("cli: log and painting are two files") {
  const Studio studio;
  expect_guarded(studio, Studio::arguments({"-o", "a.png", "--log", "./a.png"}),
                 {"--log would write over './a.png'", "painting"});
  fs::create_directory(studio / "output");
  expect_guarded(studio, Studio::arguments({"--log", "output/painting.jpg"}), {"painting"});
  // --log of a new snapshot's name.
  expect_guarded(studio, Studio::arguments({"--snapshots", "output", "--log", "output/1.jpg"}), {"--snapshots"});
}

TEST_CASE("cli: a pipe is refused before the work") {
  const Studio studio;
  for (const char* name : {"pipe.jpg", "pipe.npy", "pipe.csv"}) REQUIRE(mkfifo((studio / name).c_str(), 0600) == 0);
  fs::create_directory(studio / "snaps");
  REQUIRE(mkfifo((studio / "snaps/1.jpg").c_str(), 0600) == 0);
  const auto files = everything(studio.path()).size();
  expect_refused(studio.paint({"-o", "pipe.jpg"}), {"'pipe.jpg'", "pipe"});
  expect_refused(studio.paint({"-o", "pipe.npy"}), {"'pipe.npy'", "pipe"});
  expect_refused(studio.paint({"--log", "pipe.csv"}), {"'pipe.csv'", "pipe"});
  expect_refused(studio.paint({"--log", "/dev/null"}), {"'/dev/null'", "device"});
  expect_refused(studio.paint({"--snapshots", "snaps"}), {"'snaps/1.jpg'", "pipe"});
  CHECK(everything(studio.path()).size() == files);
}

TEST_CASE("cli: a target in a folder that takes no new file is refused before the work, a log there is not") {
  const Studio studio;
  const fs::path locked = studio / "locked";
  fs::create_directory(locked);
  for (const char* name : {"locked/a.jpg", "locked/a.npy", "locked/a.csv", "locked/1.jpg"}) studio.write(name, "old");
  fs::permissions(locked, fs::perms::owner_read | fs::perms::owner_exec);
  if (access(locked.c_str(), W_OK) != 0) {  // root may write anywhere
    for (const char* name : {"locked/a.jpg", "locked/a.npy"}) {
      expect_refused(studio.paint({"-o", name}), {"'locked'", "writable"});
      CHECK(read_text(studio / name) == "old");
    }
    expect_refused(studio.paint({"--snapshots", "locked"}), {"'locked'", "writable"});
    CHECK(studio.paint({"--log", "locked/a.csv"}).code == 0);
    CHECK(contains(read_text(locked / "a.csv"), "step,epoch"));
    fs::permissions(locked / "a.csv", fs::perms::owner_read);
    expect_refused(studio.paint({"--log", "locked/a.csv"}), {"'locked/a.csv'", "overwritten"});
  } else if (fs::exists("/proc/self/comm")) {  // but not here
    fs::create_symlink("/proc/self/comm", studio / "comm.jpg");
    expect_refused(studio.paint({"-o", "comm.jpg"}), {"takes no new file"});
  }
  fs::permissions(locked, fs::perms::owner_all);
}

TEST_CASE("cli: a snapshot that fails ends the run, and the painting is saved") {
  const Studio studio;
  fs::create_directories(studio / "snaps/2.jpg");
  const Run run = studio.paint({"--snapshots", "snaps", "--epochs", "3", "-o", "end.png"});
  INFO(run.err);
  CHECK(run.code == 1);
  CHECK(contains(run.err, "impasto: 'snaps/2.jpg' is a folder"));
  CHECK(contains(run.out, "end.png: 48 x 32, 4 of 6 steps"));
  CHECK(load_image(studio / "end.png").width() == 48);
  CHECK(load_image(studio / "snaps/1.jpg").width() == 48);
  CHECK_FALSE(fs::exists(studio / "snaps/3.jpg"));
}

TEST_CASE("cli: a log that fails ends the run, and the painting is saved") {
  const Studio studio;
  // Files of 8 KiB at most: enough for the painting, not for the log.
  std::vector<std::string> words = {"-c", "ulimit -f 16; trap '' XFSZ; exec \"$0\" \"$@\"", IMPASTO_PROGRAM};
  const auto arguments =
      Studio::arguments({"--log", "log.csv", "--steps-per-epoch", "1000", "--progress", "none", "-o", "end.jpg"});
  words.insert(words.end(), arguments.begin(), arguments.end());
  const Run run = Program("/bin/sh", words, studio.path()).wait();
  INFO(run.err);
  CHECK(run.code == 1);
  CHECK(contains(run.err, "impasto: the log 'log.csv' could not be written"));
  CHECK(contains(run.out, " of 2000 steps"));
  CHECK(load_image(studio / "end.jpg").width() == 48);
}
