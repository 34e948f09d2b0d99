// What the program says of itself, and to words it does not understand.
#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

#include "cli/pictures.h"
#include "impasto/version.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

void expect_a_screen(const Run& run, int lines_at_most = 46) {
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  std::istringstream lines(run.out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) CHECK_MESSAGE(line.size() <= 80, line);
  CHECK(count >= 5);
  CHECK(count <= lines_at_most);
}

}  // namespace

TEST_CASE("cli: every help fits a screen, that of stylise two") {
  const TempFolder folder;
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"bench", "--help"},
                                             {"bench", "--preset", "default", "--help"},
                                             {"presets", "--help"},
                                             {"info", "--help"}}) {
    expect_a_screen(run_program(words, folder.path()));
  }
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"stylise", "--help"}, {"stylize", "-h"}, {"stylise", "--preset", "tutorial", "--help"}}) {
    expect_a_screen(run_program(words, folder.path()), 100);
  }
}

TEST_CASE("cli: every command that the help lists has a help of its own") {
  const TempFolder folder;
  std::istringstream lines(run_program({"--help"}, folder.path()).out);
  int commands = 0;
  for (std::string line; std::getline(lines, line) && line != "Options:";) {
    if (line.size() < 3 || line[1] != ' ' || line[2] < 'a' || line[2] > 'z') continue;
    const std::string command = line.substr(2, line.find(' ', 2) - 2);
    CAPTURE(command);
    const Run run = run_program({command, "--help"}, folder.path());
    CHECK(run.code == 0);
    CHECK(run.out.starts_with("Usage: impasto " + command));
    ++commands;
  }
  CHECK(commands >= 9);
}

TEST_CASE("cli: the help of stylise names every option and the preset's defaults") {
  const TempFolder folder;
  const std::string help = run_program({"stylise", "--help"}, folder.path()).out;
  for (const char* option : {"-o, --output",
                             "--snapshots",
                             "--log",
                             "--weights",
                             "--preset",
                             "--epochs",
                             "--steps-per-epoch",
                             "--size",
                             "--width",
                             "--height",
                             "--style-size",
                             "--content-weight",
                             "--style-weight",
                             "--tv-weight",
                             "--content-layers",
                             "--style-layers",
                             "--learning-rate",
                             "--adam-beta1",
                             "--adam-beta2",
                             "--adam-epsilon",
                             "--init",
                             "--init-noise",
                             "--pool",
                             "--preprocess",
                             "--seed",
                             "--threads",
                             "--conv",
                             "--progress",
                             "--quiet"}) {
    CHECK_MESSAGE(contains(help, option), option);
  }
  CHECK(contains(help, "[output/painting.jpg]"));
  const std::string tutorial = run_program({"stylise", "--preset", "tutorial", "--help"}, folder.path()).out;
  for (const char* value : {"[450]", "[300]", "[2000]", "[100]", "[0.03]", "[0.2]", "[blend]", "[literal]"}) {
    CHECK_MESSAGE(contains(tutorial, value), value);
  }
}

TEST_CASE("cli: version") {
  const TempFolder folder;
  const Run run = run_program({"--version"}, folder.path());
  CHECK(run.code == 0);
  CHECK(run.out == "impasto " IMPASTO_VERSION "\n");
}

TEST_CASE("cli: info tells version, SIMD, threads, weights and presets") {
  const TempFolder folder;
  const Run run = run_program({"info", "--threads", "3", "--weights", "builtin"}, folder.path());
  CHECK(run.code == 0);
  for (const char* part : {IMPASTO_VERSION, "build", "SIMD", "baseline", "threads   3 in use", "weights", "tutorial"}) {
    CHECK_MESSAGE(contains(run.out, part), part);
  }
  const Run forced = run_program({"info", "--weights", "builtin"}, folder.path(), {{"IMPASTO_SIMD", "baseline"}});
  CHECK(contains(forced.out, "baseline in use"));
  expect_failure(run_program({"info"}, folder.path(), {{"IMPASTO_SIMD", "mmx"}}), 2, {"mmx", "baseline"});
}

TEST_CASE("cli: words that are not understood exit with 2") {
  const TempFolder folder;
  struct Case {
    std::vector<std::string> words;
    std::vector<std::string> parts;
  };
  const std::vector<Case> cases = {
      {{}, {"no command", "stylise", "info"}},
      {{"stylse", "a.jpg", "b.jpg"}, {"'stylse'", "stylise"}},
      {{"stylise"}, {"two pictures", "none"}},
      {{"stylise", "a.jpg"}, {"two pictures", "only 'a.jpg'"}},
      {{"stylise", "a.jpg", "b.jpg", "--epoch", "3"}, {"'--epoch'", "--epochs"}},
      {{"stylise", "a.jpg", "b.jpg", "--epochs"}, {"--epochs needs a value"}},
      {{"info", "a.jpg"}, {"'a.jpg'"}},
      {{"info", "--size", "3"}, {"'--size'"}},
  };
  for (const Case& c : cases) expect_failure(run_program(c.words, folder.path()), 2, c.parts);
}

TEST_CASE("cli: bad values of options exit with 2 and name option, value and what is wanted") {
  const Studio studio;
  struct Case {
    std::vector<std::string> words;
    std::vector<std::string> parts;
  };
  const std::vector<Case> cases = {
      {{"--size", "-64"}, {"--size", "'-64'", "whole number"}},
      {{"--size=-64"}, {"--size", "'-64'"}},
      {{"--size", "0"}, {"--size", "'0'"}},
      {{"--size", "64.5"}, {"--size", "'64.5'"}},
      {{"--size", "99999999999"}, {"--size", "'99999999999'"}},
      {{"--size", "2000000"}, {"size", "2000000"}},
      {{"--style-size", "-1"}, {"--style-size", "'-1'"}},
      {{"--epochs", "three"}, {"--epochs", "'three'"}},
      {{"--epochs", "0"}, {"--epochs", "'0'"}},
      {{"--steps-per-epoch", "-2"}, {"--steps-per-epoch", "'-2'"}},
      {{"--threads", "-1"}, {"--threads", "'-1'", "1024"}},
      {{"--threads", "1025"}, {"--threads", "'1025'", "1024"}},
      {{"--conv", "fft"}, {"--conv", "'fft'", "winograd or im2col"}},
      {{"--seed", "-1"}, {"--seed", "'-1'"}},
      {{"--tv-weight", "much"}, {"--tv-weight", "'much'"}},
      {{"--style-weight", "-1"}, {"-1"}},
      {{"--learning-rate", "nan"}, {"--learning-rate", "'nan'"}},
      {{"--optimiser", "adam", "--learning-rate", "-0.5"}, {"-0.5"}},
      {{"--optimiser", "adam", "--adam-beta1", "1.5"}, {"1.5"}},
      {{"--init-noise", "-0.1"}, {"-0.1"}},
      {{"--pool", "mean"}, {"--pool", "'mean'", "auto, max, avg or l2"}},
      {{"--preprocess", "no"}, {"--preprocess", "'no'", "literal"}},
      {{"--progress", "yes"}, {"--progress", "'yes'", "plain"}},
      {{"--init", "contnet"}, {"--init", "'contnet'", "content"}},
      {{"--preset", "nice"}, {"nice", "tutorial"}},
      {{"--style-layers", "block9_conv1"}, {"block9_conv1"}},
      {{"--content-layers", "block3_conv1=a"}, {"--content-layers"}},
      {{"-o", ""}, {"--output is empty"}},
  };
  for (const Case& c : cases) {
    INFO(c.words[0]);
    expect_failure(studio.paint(c.words), 2, c.parts);
  }
  CHECK(studio.size() == 2);
}

TEST_CASE("cli: half a size, or two sizes, are refused") {
  const Studio studio;
  const std::vector<std::string> plain = {"stylise", "content.png", "style.png", "--weights", "builtin"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), plain.begin(), plain.end());
    return run_program(more, studio.path());
  };
  expect_failure(with({"--width", "48"}), 2, {"--width", "without --height"});
  expect_failure(with({"--preset", "tutorial", "--height", "48"}), 2, {"--height", "without --width"});
  expect_failure(with({"--width", "48", "--height", "32", "--size", "48"}), 2, {"--size 48", "exclude"});
}
