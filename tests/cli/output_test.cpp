// What a run writes, where, and what it says when it cannot.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "cli/pictures.h"
#include "impasto/npy.h"
#include "impasto/stylise.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

std::size_t significant_digits(const std::string& number) {
  std::size_t count = 0;
  for (const char c : number.substr(0, number.find('e'))) {
    if ((c >= '1' && c <= '9') || (c == '0' && count > 0)) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("cli: a colour profile that PNG cannot hold is left out of the painting, which is said at the end") {
  const Studio studio;
  Image content = load_image(studio / "content.png");
  Metadata metadata;
  metadata.icc.assign(300, 7);  // the size it states is another
  content.set_metadata(metadata);
  save_image(content, studio / "content.jpg", {.colour = FileColour::original});
  std::filesystem::rename(studio / "content.jpg", studio / "content.png");
  std::ofstream(studio / "as-it-is.json") << R"({"preset": "default", "read-profile": "no"})";
  const std::string sentence = "the colour profile was not written, because libpng refuses it (";
  for (const bool quiet : {false, true}) {
    std::vector<std::string> arguments = {"--profile", "keep", "--preset", "as-it-is.json", "-o", "a.png"};
    if (quiet) arguments.push_back("--quiet");
    const Run run = studio.paint(arguments);
    CHECK(run.code == 0);
    CHECK(contains(run.err, sentence) != quiet);
    CHECK(load_image(studio / "a.png").metadata().icc.empty());
  }
}

TEST_CASE("cli: a painting too large for WebP, or for snapshots and previews in it, is refused before the work") {
  const Studio studio;
  const auto refusal = [&](const std::vector<std::string>& outputs) {
    std::vector<std::string> all = {"stylise", "content.png", "style.png", "--weights", "builtin", "--size", "16384"};
    all.insert(all.end(), outputs.begin(), outputs.end());
    return run_program(all, studio.path());
  };
  const bool has_webp = !contains(image_formats()[3], "not in this build");
  if (!has_webp) return;
  expect_failure(refusal({"-o", "a.webp"}), 1, {"'a.webp' of 16384 x 10923 pixels", "WebP ends at 16383"});
  expect_failure(refusal({"-o", "a.png", "--snapshots", "s.webp"}), 1, {"'s.webp'", "WebP ends at 16383"});
  expect_failure(refusal({"-o", "a.png", "--preview", "p.webp"}), 1, {"'p.webp'", "WebP ends at 16383"});
}

TEST_CASE("cli: the painting goes to output/painting.jpg, and the last line tells of it") {
  const Studio studio;
  const Run run = studio.paint({});
  INFO(run.err);
  CHECK(run.code == 0);
  const Image painting = load_image(studio / "output/painting.jpg");
  CHECK(painting.width() == 48);
  CHECK(painting.height() == 32);
  CHECK(run.out.rfind("output/painting.jpg: 48 x 32, 4 steps in ", 0) == 0);
  CHECK(contains(run.out, " s, loss "));
  CHECK(contains(run.out, " -> "));
  for (const char* part : {"content.png (48 x 32)", "style.png (40 x 40)", "1 thread,", "planned", "epoch 2/2"}) {
    CHECK_MESSAGE(contains(run.err, part), part);
  }
  CHECK(std::distance(std::filesystem::directory_iterator(studio / "output"), {}) == 1);
}

TEST_CASE("cli: stylize is stylise, and --quiet says nothing") {
  const Studio studio;
  std::vector<std::string> words = Studio::arguments({"--quiet"});
  words[0] = "stylize";
  const Run run = run_program(words, studio.path());
  CHECK(run.code == 0);
  CHECK(run.out.empty());
  CHECK(run.err.empty());
  CHECK(std::filesystem::exists(studio / "output/painting.jpg"));
}

TEST_CASE("cli: the ending decides the format") {
  const Studio studio;
  CHECK(studio.paint({"-o", "a.png"}).code == 0);
  CHECK(studio.paint({"--output", "b.JPEG"}).code == 0);
  CHECK(studio.paint({"-o", "c.npy"}).code == 0);
  CHECK(read_text(studio / "a.png").substr(1, 3) == "PNG");
  CHECK(read_text(studio / "b.JPEG").substr(0, 2) == "\xff\xd8");
  const NpyArray values = load_npy(studio / "c.npy");
  CHECK(values.shape == std::vector<std::size_t>{32, 48, 3});
  // The .npy holds what the picture was made from.
  const Image picture = load_image(studio / "a.png");
  const std::vector<float> floats(values.values.begin(), values.values.end());
  const Image same = denormalise(floats, 48, 32);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    const float clipped = std::min(std::max(same.pixels()[i], 0.0f), 1.0f);
    REQUIRE(picture.pixels()[i] == doctest::Approx(clipped).scale(1).epsilon(0.003));
  }
}

TEST_CASE("cli: an output that cannot be written is refused before the work") {
  const Studio studio;
  std::filesystem::create_directory(studio / "folder.jpg");
  studio.write("file", std::string("x"));
  const auto files = studio.size();
  expect_failure(studio.paint({"-o", "a.jgp"}), 2, {"'a.jgp'", "'.jgp'", ".jpg", ".npy"});
  expect_failure(studio.paint({"-o", "painting"}), 2, {"'painting'", "no ending"});
  expect_failure(studio.paint({"-o", "none/a.jpg"}), 1, {"'none'", "does not exist"});
  expect_failure(studio.paint({"-o", "none/a.npy"}), 1, {"'none'", "does not exist"});
  expect_failure(studio.paint({"-o", "file/a.jpg"}), 1, {"'file'"});
  expect_failure(studio.paint({"-o", "folder.jpg"}), 1, {"'folder.jpg'", "folder"});
  expect_failure(studio.paint({"-o", "content.png"}), 2, {"'content.png'", "content picture"});
  expect_failure(studio.paint({"--snapshots", "none/snaps"}), 1, {"'none'", "does not exist"});
  expect_failure(studio.paint({"--snapshots", "file"}), 1, {"'file'", "folder"});
  expect_failure(studio.paint({"--log", "none/log.csv"}), 1, {"'none'", "does not exist"});
  expect_failure(studio.paint({"--log", "folder.jpg"}), 1, {"'folder.jpg'", "folder"});
  CHECK(studio.size() == files);
}

TEST_CASE("cli: a read-only folder is refused before the work") {
  const Studio studio;
  const std::filesystem::path locked = studio / "locked";
  std::filesystem::create_directory(locked);
  std::filesystem::permissions(locked, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  if (access(locked.c_str(), W_OK) != 0) {  // root may write anywhere
    for (const char* name : {"locked/a.jpg", "locked/a.npy"}) {
      expect_failure(studio.paint({"-o", name}), 1, {"'locked'", "writable"});
    }
    expect_failure(studio.paint({"--snapshots", "locked"}), 1, {"'locked'"});
    expect_failure(studio.paint({"--log", "locked/a.csv"}), 1, {"'locked'"});
  } else if (std::filesystem::exists("/proc/self")) {  // but not here
    expect_failure(studio.paint({"-o", "/proc/a.jpg"}), 1, {"'/proc'"});
    expect_failure(studio.paint({"-o", "/proc/a.npy"}), 1, {"'/proc'"});
  }
  std::filesystem::permissions(locked, std::filesystem::perms::owner_all);
}

TEST_CASE("cli: a failure leaves neither folder nor file") {
  const Studio studio;
  const auto run = run_program(
      {"stylise", "content.png", "lost.png", "--weights", "builtin", "--snapshots", "snaps", "--log", "log.csv"},
      studio.path());
  expect_failure(run, 1, {"'lost.png'"});
  CHECK(studio.size() == 2);
}

TEST_CASE("cli: a snapshot after every epoch") {
  const Studio studio;
  CHECK(studio.paint({"--snapshots", "snaps/", "--epochs", "3", "-o", "last.jpg"}).code == 0);
  for (const char* name : {"snaps/1.jpg", "snaps/2.jpg", "snaps/3.jpg"}) {
    CHECK_MESSAGE(load_image(studio / name).width() == 48, name);
  }
  CHECK(read_text(studio / "snaps/3.jpg") == read_text(studio / "last.jpg"));
  CHECK(read_text(studio / "snaps/2.jpg") != read_text(studio / "last.jpg"));
  CHECK(std::distance(std::filesystem::directory_iterator(studio / "snaps"), {}) == 3);
}

TEST_CASE("cli: the tutorial saves every epoch to output, and options override it") {
  const Studio studio;
  expect_failure(studio.paint({"--preset", "tutorial"}), 2,
                 {"'block5_conv2' is not in the weights", "--weights formula, or a file"});
  CHECK(studio.paint({"--preset", "tutorial", "--weights", "formula", "-o", "last.png"}).code == 0);
  CHECK(load_image(studio / "output/2.jpg").width() == 48);
  CHECK(std::distance(std::filesystem::directory_iterator(studio / "output"), {}) == 2);
  CHECK(load_image(studio / "last.png").height() == 32);  // --size beats the preset's 450 x 300
}

TEST_CASE("cli: the log has a row for every step") {
  const Studio studio;
  CHECK(studio.paint({"--log", "log.csv", "--epochs", "3", "--tv-weight", "0.1"}).code == 0);
  const std::vector<std::string> lines = split(read_text(studio / "log.csv"), '\n');
  REQUIRE(lines.size() == 7);
  CHECK(lines[0].rfind("step,epoch,loss,content,style,tv,seconds,scale,width,height,evaluations,", 0) == 0);
  std::size_t most_digits = 0;
  for (std::size_t step = 1; step < lines.size(); ++step) {
    const std::vector<std::string> cells = split(lines[step], ',');
    REQUIRE(cells.size() == 11 + 8);
    CHECK(cells[0] == std::to_string(step));
    CHECK(cells[1] == std::to_string((step + 1) / 2));
    for (const std::string& cell : cells) most_digits = std::max(most_digits, significant_digits(cell));
    const double sum = std::stod(cells[3]) + std::stod(cells[4]) + std::stod(cells[5]);
    CHECK(std::stod(cells[2]) == doctest::Approx(sum).epsilon(1e-5));
    CHECK(std::stod(cells[5]) > 0);
    CHECK(std::stod(cells[6]) > 0);
  }
  CHECK(most_digits == 9);
}

TEST_CASE("cli: progress as a bar, as lines, or not at all") {
  const Studio studio;
  const Run bar = studio.paint({"--progress", "bar"});
  CHECK(contains(bar.err, "\r"));
  CHECK(contains(bar.err, "100%"));
  CHECK(contains(bar.err, "epoch 2/2"));
  for (const std::string& line : split(bar.err.substr(bar.err.find('\r')), '\r')) CHECK(line.size() <= 80);
  CHECK(std::all_of(bar.err.begin(), bar.err.end(), [](char c) { return static_cast<unsigned char>(c) < 128; }));
  CHECK(contains(studio.paint({"--progress", "bar"}, {{"LANG", "C.UTF-8"}}).err, "\u2588"));

  const Run plain = studio.paint({"--progress", "plain"});
  CHECK_FALSE(contains(plain.err, "\r"));
  CHECK(contains(plain.err, "epoch 1/2: step 2 of 4"));
  CHECK(contains(plain.err, "epoch 2/2: step 4 of 4"));
  CHECK(studio.paint({"--progress", "auto"}).err.find('\r') == std::string::npos);

  const Run none = studio.paint({"--progress", "none"});
  CHECK_FALSE(contains(none.err, "epoch"));
  CHECK(contains(none.out, "4 steps"));
}
