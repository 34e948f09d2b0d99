// Runs from start to end: stopped, diverged, repeated, begun from a file.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "cli/pictures.h"
#include "impasto/npy.h"
#include "impasto/stylise.h"
#include "support/safetensors.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

void wait_for(const std::filesystem::path& file, std::size_t bytes) {
  for (int tries = 0; tries < 60000; ++tries) {
    std::error_code failure;
    if (std::filesystem::exists(file, failure) && std::filesystem::file_size(file, failure) > bytes) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  FAIL("the run does not begin");
}

std::vector<float> random_values(std::size_t count) {
  std::mt19937 random(1);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random() % 4000) / 1000 - 1.9995f;  // never 0
  return values;
}

}  // namespace

TEST_CASE("cli: Ctrl-C stops after the step, saves the picture and exits with 130") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGXCPU}) {
    const Studio studio;
    Program program(IMPASTO_PROGRAM, Studio::arguments({"--epochs", "10000", "--log", "log.csv"}), studio.path());
    wait_for(studio / "log.csv", 60);
    program.send(number);
    const Run run = program.wait();
    INFO(run.err);
    CHECK(run.code == 130);
    CHECK(contains(run.err, "stopping; what is painted is saved"));
    CHECK(contains(run.out, " of 20000 steps in "));
    CHECK(load_image(studio / "output/painting.jpg").width() == 48);
    CHECK(read_text(studio / "log.csv").back() == '\n');
  }
}

TEST_CASE("cli: Ctrl-C during the preparation ends it at once and writes nothing") {
  const Studio studio;
  const auto files = studio.size();
  std::vector<std::string> words = Studio::arguments({"-o", "a.png"});
  words[10] = "1200";  // of --size: seconds of preparation
  Program program(IMPASTO_PROGRAM, words, studio.path());
  // It begins to listen just before it prepares.
  for (int tries = 0; tries < 500 && !program.catches(SIGINT); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  program.send(SIGINT);
  const Run run = program.wait();
  INFO(run.err);
  CHECK(run.code == 130);
  CHECK(contains(run.err, "nothing is painted"));
  CHECK(studio.size() == files);
}

TEST_CASE("cli: a loss that is not finite ends the run with the best picture and exit code 1") {
  const Studio studio;
  const Run run = studio.paint(
      {"--optimiser", "adam", "--learning-rate", "1e30", "--progress", "none", "-o", "best.png", "--quiet"});
  expect_failure(run, 1, {"finite", "'best.png'", "--learning-rate smaller than 1e+30"});
  CHECK(load_image(studio / "best.png").width() == 48);
}

TEST_CASE("cli: a loss that is not finite at the start") {
  const Studio studio;
  studio.write("best.png", std::string("old"));
  CHECK(studio.paint({"--init-noise", "1e300", "-o", "best.png"}).code == 1);
  CHECK(read_text(studio / "best.png") == "old");
  const Run run = studio.paint({"--style-weight", "1e39", "--progress", "none", "-o", "best.png"});
  INFO(run.err);
  CHECK(run.code == 1);
  CHECK(contains(run.err, "not a finite number at the start; nothing was painted"));
  for (const char* part : {"weights of the losses", "--init-noise"}) CHECK(contains(run.err, part));
  CHECK_FALSE(contains(run.err, "--learning-rate"));
  CHECK(run.out.empty());
  CHECK(read_text(studio / "best.png") == "old");

  // No step is counted here either, but the start is not to blame.
  const Run leap =
      studio.paint({"--optimiser", "adam", "--learning-rate", "1e39", "--progress", "none", "-o", "best.png"});
  CHECK(leap.code == 1);
  CHECK(contains(leap.err, "--learning-rate smaller than 1e+39"));
}

TEST_CASE("cli: a start from a .npy file without noise is exact") {
  const Studio studio;
  const std::array<std::size_t, 3> shape = {36, 44, 3};
  const std::vector<float> start = random_values(36 * 44 * 3);
  save_npy(start, shape, studio / "start.npy");
  // So short a step that no value changes.
  const std::vector<std::string> words = {
      "stylise", "content.png", "style.png",   "--weights",    "builtin", "--epochs", "1",       "--steps-per-epoch",
      "1",       "--init",      "start.npy",   "--init-noise", "0",       "-o",       "end.npy", "--learning-rate",
      "1e-30",   "--quiet",     "--optimiser", "adam"};
  const Run run = run_program(words, studio.path());
  INFO(run.err);
  CHECK(run.code == 0);
  const NpyArray end = load_npy(studio / "end.npy");
  CHECK(end.shape == std::vector<std::size_t>{36, 44, 3});
  CHECK(std::equal(end.values.begin(), end.values.end(), start.begin(), start.end()));

  std::vector<std::string> other = words;
  other.insert(other.end(), {"--width", "44", "--height", "37"});
  expect_failure(run_program(other, studio.path()), 1, {"'start.npy'", "44 x 36", "--height 37"});
  save_npy(start, std::array<std::size_t, 2>{36 * 3, 44}, studio / "start.npy");
  expect_failure(run_program(words, studio.path()), 1, {"'start.npy'", "108 x 44", "height x width x 3"});
}

TEST_CASE("cli: a .npy that cannot be a start") {
  const Studio studio;
  const auto start_from = [&](const std::string& file) { return studio.paint({"--init", file}); };
  save_npy({}, std::array<std::size_t, 3>{0, 5, 3}, studio / "empty.npy");
  expect_failure(start_from("empty.npy"), 1, {"'empty.npy'", "shape 0 x 5 x 3", "height x width x 3"});

  // Finite as a double, beyond float's range. The header is NumPy's own.
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (32, 48, 3), }";
  header.resize(117, ' ');
  std::string bytes = std::string("\x93NUMPY\x01\0\x76\0", 10) + header + "\n";
  std::vector<double> values(32 * 48 * 3, 0.5);
  values[7] = 1e39;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  studio.write("wide.npy", bytes);
  expect_failure(start_from("wide.npy"), 1, {"'wide.npy'", "not finite"});
}

TEST_CASE("cli: the ending of a start file counts in any case") {
  const Studio studio;
  save_npy(random_values(32 * 48 * 3), std::array<std::size_t, 3>{32, 48, 3}, studio / "start.NPY");
  const Run run = studio.paint({"--init", "start.NPY"});
  INFO(run.err);
  CHECK(run.code == 0);
}

TEST_CASE("cli: a start from a picture has the painting's size") {
  const Studio studio;
  const Image picture = load_image(studio / "style.png");
  const Run run = studio.paint({"--init", "style.png", "--init-noise", "0", "-o", "end.npy", "--epochs", "1",
                                "--steps-per-epoch", "1", "--optimiser", "adam", "--learning-rate", "1e-30"});
  INFO(run.err);
  CHECK(run.code == 0);
  const NpyArray end = load_npy(studio / "end.npy");
  const std::vector<float> wanted = normalise(resize(picture, 48, 32));
  CHECK(std::equal(end.values.begin(), end.values.end(), wanted.begin(), wanted.end()));
  expect_failure(studio.paint({"--init", "lost.png"}), 1, {"'lost.png'"});
  expect_failure(studio.paint({"--init", "lost.npy"}), 1, {"'lost.npy'"});
}

TEST_CASE("cli: the same seed paints the same bytes, with any number of threads") {
  const Studio studio;
  CHECK(studio.paint({"--seed", "7", "-o", "a.npy"}).code == 0);
  CHECK(studio.paint({"--seed", "7", "-o", "b.npy", "--threads", "3"}).code == 0);
  CHECK(studio.paint({"--seed", "8", "-o", "c.npy"}).code == 0);
  CHECK(read_text(studio / "a.npy") == read_text(studio / "b.npy"));
  CHECK(read_text(studio / "a.npy") != read_text(studio / "c.npy"));
}

TEST_CASE("cli: every option of the painting changes it") {
  const Studio studio;
  REQUIRE(studio.paint({"--optimiser", "adam", "-o", "plain.npy"}).code == 0);
  const std::string plain = read_text(studio / "plain.npy");
  const std::vector<std::vector<std::string>> changes = {{"--content-weight", "3"},
                                                         {"--style-weight", "3"},
                                                         {"--tv-weight", "10"},
                                                         {"--content-layers", "block2_conv2=2"},
                                                         {"--style-layers", "block1_conv1,block2_conv1=0.5"},
                                                         {"--learning-rate", "0.02"},
                                                         {"--adam-beta1", "0.5"},
                                                         {"--adam-beta2", "0.9"},
                                                         {"--adam-epsilon", "0.1"},
                                                         {"--init", "blend"},
                                                         {"--init-noise", "0.05"},
                                                         {"--pool", "avg"},
                                                         {"--style-size", "64"},
                                                         {"--steps-per-epoch", "3"},
                                                         {"--learning-rate-decay", "0.01"},
                                                         {"--average", "0.5"},
                                                         {"--statistic", "gram"},
                                                         {"--normalise", "no"},
                                                         {"--normalise-gradients", "yes"},
                                                         {"--style-scale", "0.5"},
                                                         {"--resize", "area"},
                                                         {"--linear-light", "yes"},
                                                         {"--scales", "24,48"},
                                                         {"--noise", "white"},
                                                         {"--padding", "replicate"},
                                                         {"--optimiser", "lbfgs"},
                                                         {"--colour", "style"},
                                                         {"--colour", "match"},
                                                         {"--colour-amount", "0.5"},
                                                         {"--width", "40", "--height", "40"}};
  for (const std::vector<std::string>& change : changes) {
    INFO(change[0]);
    std::vector<std::string> words = Studio::arguments({"--optimiser", "adam"});
    words.insert(words.end(), change.begin(), change.end());
    if (change[0] == "--width") words.erase(words.begin() + 9, words.begin() + 11);  // --size 48
    words.insert(words.end(), {"-o", "changed.npy"});
    const Run run = run_program(words, studio.path());
    INFO(run.err);
    CHECK(run.code == 0);
    CHECK(read_text(studio / "changed.npy") != plain);
  }
}

TEST_CASE("cli: --preprocess changes the painting where the weights expect something else") {
  const Studio studio;
  studio.write("bgr.safetensors", safetensors(first_convolutions(), {{"channel_order", "BGR"}, {"range", "255"}}));
  const auto paint = [&](const std::string& preprocess, const std::string& output) {
    const Run run = studio.paint({"--weights", "bgr.safetensors", "--content-layers", "block1_conv2", "--style-layers",
                                  "block1_conv1", "--preprocess", preprocess, "-o", output});
    INFO(run.err);
    REQUIRE(run.code == 0);
    return read_text(studio / output);
  };
  CHECK(paint("auto", "a.npy") != paint("literal", "b.npy"));
}

TEST_CASE("cli: a painting that the memory cannot hold is refused before the work, with what would fit") {
  const Studio studio;
  const auto limited = [&](const std::string& kib, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"-c", "ulimit -v " + kib + "; exec \"$0\" \"$@\"", IMPASTO_PROGRAM};
    const auto arguments = Studio::arguments(more);
    words.insert(words.end(), arguments.begin(), arguments.end());
    return Program("/bin/sh", words, studio.path()).wait();
  };
  const Run tight = limited("400000", {"--size", "2000", "-o", "a.png"});
  expect_failure(tight, 1, {"2000 x 1333 needs about", "are free; --size "});
  // What is said to fit does.
  const std::size_t at = tight.err.find("; --size ") + 9;
  const std::string size = tight.err.substr(at, tight.err.find_first_not_of("0123456789", at) - at);
  const Run fits = limited("400000", {"--size", size, "--epochs", "1", "--steps-per-epoch", "1", "-o", "a.png"});
  INFO(size, ": ", fits.err);
  CHECK(fits.code == 0);
}

TEST_CASE("cli: pictures come in and go out through pipes") {
  const Studio studio;
  const auto shell = [&](const std::string& command) {
    return Program(
               "/bin/sh",
               {"-c",
                "p() { \"$0\" stylise --weights builtin --epochs 1 --steps-per-epoch 2 --size 48 \"$@\"; }; " + command,
                IMPASTO_PROGRAM},
               studio.path())
        .wait();
  };
  CHECK(shell("p content.png style.png -o plain.png").code == 0);
  const Run run = shell("cat content.png | p - style.png -o png:- > piped.png");
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(run.out.empty());
  CHECK(contains(run.err, "stdin (48 x 32) in the style of style.png"));
  CHECK(contains(run.err, "stdout: 48 x 32, 2 steps"));
  CHECK(read_text(studio / "piped.png") == read_text(studio / "plain.png"));
  CHECK(shell("cat style.png | p content.png - -o - | cat > piped.jpg").code == 0);
  CHECK(read_text(studio / "piped.jpg").substr(0, 2) == "\xff\xd8");
  CHECK(shell("mkfifo pipe; cat content.png > pipe & p pipe style.png -o fifo.png").code == 0);
  CHECK(read_text(studio / "fifo.png") == read_text(studio / "plain.png"));
  expect_failure(shell("p - style.png < /dev/null"), 1, {"picture from stdin is empty"});
  expect_failure(shell("p content.png style.png -o jpg:- --bits 16 > x"), 2, {"16"});
  if (std::filesystem::exists("/dev/full")) {
    const Run full = shell("p content.png style.png -o - > /dev/full");
    CHECK(full.code == 1);
    CHECK(contains(full.err, "could not be written to stdout"));
    CHECK(contains(full.err, "painting.jpg' instead"));
    CHECK(load_image(studio / "painting.jpg").width() == 48);
  }
}

TEST_CASE("cli: names that begin with a dash follow --, and control characters of names do not reach a terminal") {
  const Studio studio;
  std::filesystem::copy(studio / "content.png", studio / "-c.png");
  std::vector<std::string> words = Studio::arguments({"-o", "a.png", "--", "-c.png", "style.png"});
  words.erase(words.begin() + 1, words.begin() + 3);
  const Run run = run_program(words, studio.path());
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(contains(run.err, "-c.png (48 x 32) in the style of style.png"));

  const std::string red = "red\x1b[31m.png";
  std::filesystem::copy(studio / "content.png", studio / red);
  words = Studio::arguments({"-o", "out\x1b[32m.png"});
  words[1] = red;
  const Run coloured = run_program(words, studio.path());
  CHECK(coloured.code == 0);
  words[1] = "none\x1b[31m.png";
  const Run missing = run_program(words, studio.path());
  CHECK(missing.code == 1);
  CHECK(contains(missing.err, "none\\x1b[31m.png"));
  for (const Run& one : {coloured, missing}) {
    CHECK_FALSE(contains(one.err, "\x1b"));
    CHECK_FALSE(contains(one.out, "\x1b"));
  }
}

TEST_CASE("cli: a start of another aspect is stretched, which is said") {
  const Studio studio;
  save_image(waves(96, 64, 0.5), studio / "same.png");
  CHECK(contains(studio.paint({"--init", "style.png"}).err, "40 x 40, has another aspect and is stretched to 48 x 32"));
  CHECK_FALSE(contains(studio.paint({"--init", "same.png"}).err, "stretched"));
}

TEST_CASE("cli: what reading a start or an inspected picture passed over is said") {
  const Studio studio;
  const std::vector<std::uint8_t> whole = encode_image(waves(96, 64, 0.5), "a.jpg");
  studio.write("cut.jpg", std::string(whole.begin(), whole.end() - 2));
  const char* sentence = "cut.jpg' has no end mark, but all of its pixels are there";
  CHECK(contains(studio.paint({"--init", "cut.jpg"}).err, sentence));
  CHECK(contains(run_program({"inspect", "cut.jpg", "--size", "32"}, studio.path()).err, sentence));
}
