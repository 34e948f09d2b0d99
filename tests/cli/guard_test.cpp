// What a run must not write over, and where it cannot write: known before the work, or survived when it comes later.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <thread>
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
  std::vector<std::string> tutorial =
      Studio::arguments({"--preset", "tutorial", "--weights", "formula", "-o", "last.png"});
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

TEST_CASE(
    "cli: a folder that takes no new file is refused before the work, a file there that can be overwritten is not") {
  const Studio studio;
  const fs::path locked = studio / "locked";
  fs::create_directory(locked);
  for (const char* name : {"locked/a.jpg", "locked/a.npy", "locked/a.csv"}) studio.write(name, "old");
  fs::permissions(locked, fs::perms::owner_read | fs::perms::owner_exec);
  if (access(locked.c_str(), W_OK) != 0) {  // root may write anywhere
    for (const char* name : {"locked/b.jpg", "locked/b.npy"}) {
      expect_refused(studio.paint({"-o", name}), {"'locked'", "writable"});
    }
    expect_refused(studio.paint({"--snapshots", "locked"}), {"'locked'", "writable"});
    CHECK(studio.paint({"-o", "locked/a.jpg"}).code == 0);
    CHECK(load_image(locked / "a.jpg").width() == 48);
    CHECK(studio.paint({"--log", "locked/a.csv"}).code == 0);
    CHECK(contains(read_text(locked / "a.csv"), "step,epoch"));
    fs::permissions(locked / "a.csv", fs::perms::owner_read);
    expect_refused(studio.paint({"--log", "locked/a.csv"}), {"'locked/a.csv'", "overwritten"});
  } else if (fs::exists("/proc/self/comm")) {  // but not here
    fs::create_symlink("/proc/self/none.jpg", studio / "none.jpg");
    expect_refused(studio.paint({"-o", "none.jpg"}), {"takes no new file"});
  }
  fs::permissions(locked, fs::perms::owner_all);
}

TEST_CASE("cli: snapshots that fail are given up, and the painting goes on") {
  const Studio studio;
  fs::create_directories(studio / "snaps/2.jpg");
  const Run run = studio.paint({"--snapshots", "snaps", "--preview", "now.png", "--epochs", "3", "-o", "end.png"});
  INFO(run.err);
  CHECK(run.code == 1);
  CHECK(contains(run.err, "impasto: 'snaps/2.jpg' is a folder"));
  CHECK(contains(run.err, "the run goes on without --snapshots"));
  CHECK(contains(run.out, "end.png: 48 x 32, 6 steps"));
  CHECK(load_image(studio / "end.png").width() == 48);
  CHECK(load_image(studio / "now.png").width() == 48);
  CHECK(load_image(studio / "snaps/1.jpg").width() == 48);
  CHECK_FALSE(fs::exists(studio / "snaps/3.jpg"));
}

// Files of 16 blocks of 512 bytes at most.
Run paint_in_little_space(const Studio& studio, const std::vector<std::string>& more) {
  std::vector<std::string> words = {"-c", "ulimit -f 16; exec \"$0\" \"$@\"", IMPASTO_PROGRAM};
  const auto arguments = Studio::arguments(more);
  words.insert(words.end(), arguments.begin(), arguments.end());
  return Program("/bin/sh", words, studio.path()).wait();
}

TEST_CASE("cli: a log that fails is given up at a whole row, and the painting goes on") {
  const Studio studio;
  const Run run = paint_in_little_space(
      studio, {"--log", "log.csv", "--steps-per-epoch", "50", "--progress", "none", "-o", "end.jpg"});
  INFO(run.err);
  CHECK(run.code == 1);
  CHECK(contains(run.err, "impasto: the log 'log.csv' could not be written"));
  CHECK(contains(run.out, "100 steps"));
  CHECK(load_image(studio / "end.jpg").width() == 48);
  const std::string log = read_text(studio / "log.csv");
  CHECK(log.size() > 7000);
  CHECK(log.back() == '\n');
  std::istringstream rows(log);
  std::string row;
  std::getline(rows, row);
  const auto columns = std::count(row.begin(), row.end(), ',');
  while (std::getline(rows, row)) CHECK(std::count(row.begin(), row.end(), ',') == columns);
}

TEST_CASE("cli: a painting whose place refuses it at the end is saved elsewhere, and everything else is written") {
  const Studio studio;
  fs::create_directory(studio / "full");
  // The values need 18 KiB wherever they go; the preview fits.
  const Run run = paint_in_little_space(studio, {"-o", "full/a.npy", "--preview", "now.jpg", "--log", "log.csv"});
  INFO(run.err);
  CHECK(run.code == 1);
  CHECK(contains(run.err, "impasto: writing 'full/a.npy' failed after 8192 bytes"));
  CHECK(load_image(studio / "now.jpg").width() == 48);

  // A folder that goes away during the run; the first epoch's snapshot tells that it has begun.
  fs::create_directory(studio / "gone");
  for (const bool snapshots : {false, true}) {
    CAPTURE(snapshots);
    const std::string painting = snapshots ? "kept.png" : "gone/kept.png", seen = snapshots ? "gone/1.jpg" : "now.jpg";
    fs::remove(studio / "now.jpg");
    fs::create_directories(studio / "gone");
    std::vector<std::string> more = {"-o", painting, "--report", "page.html", "--epochs", "100"};
    if (snapshots)
      more.insert(more.end(), {"--snapshots", "gone"});
    else
      more.insert(more.end(), {"--preview", "now.jpg"});
    Program program(IMPASTO_PROGRAM, Studio::arguments(more), studio.path());
    for (int tries = 0; tries < 60000 && !fs::exists(studio / seen); ++tries)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    fs::rename(studio / "gone", studio / (snapshots ? "away2" : "away"));
    const Run left = program.wait();
    INFO(left.err);
    CHECK(left.code == 1);
    CHECK(contains(left.out, "kept.png: 48 x 32, 200 steps"));
    CHECK(load_image(studio / "kept.png").width() == 48);
    CHECK(contains(read_text(studio / "page.html"), snapshots ? "goes on without" : "instead"));
    CHECK(contains(left.err, "kept.png' instead") != snapshots);
    fs::remove(studio / "kept.png");
  }
}

TEST_CASE("cli: no output at the place of another, also where links lead there that nobody followed yet") {
  const Studio studio;
  fs::create_symlink("new.jpg", studio / "link.jpg");
  expect_guarded(studio, Studio::arguments({"-o", "new.jpg", "--preview", "link.jpg"}), {"--preview", "the painting"});
}

TEST_CASE("cli: messages that nobody reads or that have no place do not end up in a file, nor end the run") {
  const Studio studio;
  const auto shell = [&](const std::string& command) {
    std::vector<std::string> words = {"-c", command, IMPASTO_PROGRAM};
    const auto arguments = Studio::arguments({"-o", "a.png", "--log", "log.csv", "--epochs", "20"});
    words.insert(words.end(), arguments.begin(), arguments.end());
    return Program("/bin/sh", words, studio.path()).wait();
  };
  for (const char* streams : {"2>&-", ">&-", "<&- >&- 2>&-", "2>&1 | head -n 1"}) {
    CAPTURE(streams);
    fs::remove(studio / "a.png");
    const Run run = shell(std::string("\"$0\" \"$@\" ") + streams);
    CHECK(run.code == 0);
    CHECK(load_image(studio / "a.png").width() == 48);
    const std::string log = read_text(studio / "log.csv");
    CHECK(std::count(log.begin(), log.end(), '\n') == 41);
    CHECK_FALSE(contains(log, "epoch 1"));
    CHECK_FALSE(contains(log, "a.png"));
  }
}

TEST_CASE("cli: what cannot be printed is no success") {
  if (!fs::exists("/dev/full")) return;
  const Studio studio;
  for (const char* words : {"info", "--help", "--version", "presets", "presets bold", "stylise --help"}) {
    CAPTURE(words);
    const Run run =
        Program("/bin/sh", {"-c", std::string("\"$0\" ") + words + " > /dev/full", IMPASTO_PROGRAM}, studio.path())
            .wait();
    CHECK(run.code == 1);
    CHECK(contains(run.err, "impasto: not all could be written to stdout"));
  }
}
