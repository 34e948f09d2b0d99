// Runs that are cut off and go on: `--checkpoint` and `impasto resume`.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "cli/pictures.h"
#include "impasto/checkpoint.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

const std::vector<std::string> kRun = {
    "stylise", "content.png", "style.png", "--weights",         "builtin", "--size",       "48", "--threads",
    "1",       "--scales",    "1",         "--steps-per-epoch", "2",       "--iterations", "12", "-o",
    "a.npy",   "--progress",  "none"};

std::vector<std::string> run_with(const std::vector<std::string>& more) {
  std::vector<std::string> words = kRun;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::string whole_painting() {
  const Studio studio;
  REQUIRE(run_program(kRun, studio.path()).code == 0);
  return read_text(studio / "a.npy");
}

bool is_there(const std::filesystem::path& file) {
  std::error_code failure;
  return std::filesystem::exists(file, failure);
}

// Sends the signal once there is a checkpoint; gives the exit code.
int cut_off(const Studio& studio, const std::vector<std::string>& words, int signal_number) {
  Program program(IMPASTO_PROGRAM, words, studio.path());
  for (int tries = 0; tries < 60000 && !is_there(studio / "c"); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  program.send(signal_number);
  return program.wait().code;
}

std::vector<int> steps_in(const std::string& log) {
  std::vector<int> steps;
  std::istringstream rows(log);
  std::string row;
  std::getline(rows, row);
  CHECK(row.starts_with("step,epoch,loss"));
  while (std::getline(rows, row)) steps.push_back(std::stoi(row));
  return steps;
}

}  // namespace

TEST_CASE("cli: a run that was killed goes on from its checkpoint to the same bytes, its log without a gap") {
  const std::string whole = whole_painting();
  const Studio studio;
  const std::vector<std::string> words =
      run_with({"--checkpoint", "c", "--checkpoint-every", "epoch", "--log", "log.csv"});
  const int code = cut_off(studio, words, SIGKILL);
  CHECK((code == -SIGKILL || code == 0));  // it may have been too fast
  if (code != 0) {
    CHECK_FALSE(is_there(studio / "a.npy"));
    const Run run = run_program({"resume", "c"}, studio.path());
    INFO(run.err);
    CHECK(run.code == 0);
    CHECK(contains(run.err, "going on from 'c', step "));
    CHECK(contains(run.err, " of 12"));
  }
  CHECK(read_text(studio / "a.npy") == whole);
  CHECK(steps_in(read_text(studio / "log.csv")) == std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK(read_checkpoint(studio / "c").finished);  // one that was asked for stays
}

TEST_CASE("cli: Ctrl-C saves a checkpoint, says how to go on, and resume may stand in another folder") {
  const std::string whole = whole_painting();
  const Studio studio, elsewhere;
  std::vector<std::string> words = run_with({"--checkpoint", "c", "--checkpoint-every", "epoch"});
  words[14] = "100000";  // --iterations
  Program program(IMPASTO_PROGRAM, words, studio.path());
  while (!is_there(studio / "c")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  program.send(SIGINT);
  const Run stopped = program.wait();
  INFO(stopped.err);
  CHECK(stopped.code == 130);
  CHECK(contains(stopped.err, "go on with: impasto resume c"));
  const int done = read_checkpoint(studio / "c").steps_done;
  const std::string file = (studio / "c").string();
  const Run run = run_program({"resume", file, "--iterations", std::to_string(done + 3)}, elsewhere.path());
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(contains(run.out, "a.npy: 48 x 32, " + std::to_string(done + 3) + " steps"));
  CHECK(read_checkpoint(studio / "c").steps_done == done + 3);
}

TEST_CASE("cli: a finished painting takes more iterations, and with another setting begins anew from its picture") {
  const Studio studio;
  std::vector<std::string> words = run_with({"--checkpoint", "c"});
  words[14] = "7";
  REQUIRE(run_program(words, studio.path()).code == 0);
  // It may have been killed between its last checkpoint and its painting.
  const std::string seven = read_text(studio / "a.npy");
  std::filesystem::remove(studio / "a.npy");
  const Run again = run_program({"resume", "c"}, studio.path());
  CHECK(again.code == 0);
  CHECK(contains(again.err, "the painting in 'c' is finished after 7 steps and saved again; --iterations +N"));
  CHECK(contains(again.out, "a.npy: 48 x 32, 7 steps in "));
  CHECK(read_text(studio / "a.npy") == seven);
  const Run more = run_program({"resume", "c", "--iterations", "+5"}, studio.path());
  INFO(more.err);
  CHECK(more.code == 0);
  CHECK(read_text(studio / "a.npy") == whole_painting());

  const Run other =
      run_program({"resume", "c", "--style-weight", "50", "--iterations", "+3", "-o", "b.npy"}, studio.path());
  INFO(other.err);
  CHECK(other.code == 0);
  CHECK(contains(other.err, "its picture alone, for --style-weight is not what it was"));
  CHECK(contains(other.out, "b.npy: 48 x 32, 3 steps"));
  CHECK(read_checkpoint(studio / "c").options.style_weight == 50);
  const Run larger = run_program({"resume", "c", "--size", "64", "--iterations", "+2", "-o", "d.npy"}, studio.path());
  INFO(larger.err);
  CHECK(larger.code == 0);
  CHECK(contains(larger.out, "d.npy: 64 x 43, 2 steps"));
}

TEST_CASE("cli: a long run keeps a checkpoint by itself, and the next one tells of it") {
  const Studio studio;
  const std::filesystem::path file = studio / "a.npy.checkpoint";
  // Expected to take hours; the counts are of --iterations.
  const std::vector<std::string> more = {"--checkpoint-every", "epoch", "--iterations", "1000000",
                                         "--report",           "r.html"};
  Program program(IMPASTO_PROGRAM, run_with(more), studio.path());
  while (!is_there(file)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  program.send(SIGINT);
  const Run stopped = program.wait();
  INFO(stopped.err);
  CHECK(stopped.code == 130);
  CHECK(contains(stopped.err, "go on with: impasto resume a.npy.checkpoint"));
  const Run other = run_program(kRun, studio.path());
  CHECK(contains(other.err, "a run that was cut off left 'a.npy.checkpoint'"));
  const std::string last = std::to_string(read_checkpoint(file).steps_done + 2);
  const Run run = run_program({"resume", file.string(), "--iterations", last}, studio.path());
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK_FALSE(is_there(file));  // it is no longer needed
}

TEST_CASE("cli: a long run whose painting has no name keeps its checkpoint where that will be") {
  const Studio studio;
  std::vector<std::string> words = run_with({"--checkpoint-every", "epoch", "--iterations", "1000000"});
  words.erase(words.begin() + 15, words.begin() + 17);  // -o a.npy
  const std::filesystem::path file = studio / "output/painting.jpg.checkpoint";
  Program program(IMPASTO_PROGRAM, words, studio.path());
  for (int tries = 0; tries < 60000 && !is_there(file); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  program.send(SIGKILL);
  program.wait();
  CHECK(read_checkpoint(file).steps_done > 0);
}

TEST_CASE("cli: a checkpoint that nobody asked for and that cannot be written costs nothing") {
  const Studio studio;
  std::filesystem::create_directory(studio / "a.npy.checkpoint");
  Program program(IMPASTO_PROGRAM,
                  run_with({"--checkpoint-every", "epoch", "--iterations", "1000000", "--log", "l.csv"}),
                  studio.path());
  while (read_text(studio / "l.csv").size() < 2000) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  program.send(SIGINT);
  const Run run = program.wait();
  INFO(run.err);
  CHECK(run.code == 130);
  CHECK(contains(run.err, "no checkpoint is kept: "));
  CHECK(is_there(studio / "a.npy"));
}

TEST_CASE("cli: a short run leaves no checkpoint that nobody asked for") {
  const Studio studio;
  REQUIRE(run_program(kRun, studio.path()).code == 0);
  CHECK_FALSE(is_there(studio / "a.npy.checkpoint"));
}

TEST_CASE("cli: what cannot be resumed is refused in one sentence") {
  const Studio studio;
  expect_failure(run_program({"resume"}, studio.path()), 2, {"resume needs a checkpoint"});
  expect_failure(run_program({"resume", "content.png"}, studio.path()), 1, {"checkpoint 'content.png'"});
  expect_failure(run_program({"resume", "none"}, studio.path()), 1, {"checkpoint 'none'"});
  expect_failure(studio.paint({"--iterations", "+5"}), 2, {"--iterations +5 adds to those of a checkpoint"});
  expect_failure(studio.paint({"--checkpoint", "content.png"}), 2, {"--checkpoint would write over 'content.png'"});
  expect_failure(studio.paint({"--checkpoint", "no/c"}), 1, {"'no"});
  expect_failure(studio.paint({"--checkpoint-every", "0"}), 2, {"--checkpoint-every is '0'", "or epoch"});
  std::vector<std::string> words = run_with({"--checkpoint", "c"});
  words[14] = "4";
  REQUIRE(run_program(words, studio.path()).code == 0);
  save_image(waves(48, 32, 0.4), studio / "content.png");
  expect_failure(run_program({"resume", "c", "--iterations", "+2"}, studio.path()), 1,
                 {"was saved with other pictures"});
  CHECK(run_program({"resume", "c", "--iterations", "+2", "--force"}, studio.path()).code == 0);
}
