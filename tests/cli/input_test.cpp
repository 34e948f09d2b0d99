// Pictures and weights that are no good: one sentence, exit code 1, and nothing written.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <vector>

#include "cli/pictures.h"
#include "support/safetensors.h"

using namespace impasto;
using namespace impasto::testing;

namespace {

void put_big_endian(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
}

// The checksum of PNG's chunks (ISO 3309).
std::uint32_t crc32(const std::string& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

void put_chunk(std::string& png, const std::string& name_and_data) {
  put_big_endian(png, static_cast<std::uint32_t>(name_and_data.size() - 4));
  png += name_and_data;
  put_big_endian(png, crc32(name_and_data));
}

// A PNG that claims to be this large and holds nothing.
std::string hollow_png(std::uint32_t width, std::uint32_t height) {
  std::string header = "IHDR";
  put_big_endian(header, width);
  put_big_endian(header, height);
  header += std::string("\x08\x02\0\0\0", 5);
  std::string png = "\x89PNG\r\n\x1a\n";
  put_chunk(png, header);
  put_chunk(png, "IDAT");
  put_chunk(png, "IEND");
  return png;
}

Run paint_file(const Studio& studio, const std::string& content, const std::string& style = "style.png") {
  return run_program({"stylise", content, style, "--weights", "builtin", "--epochs", "1", "--steps-per-epoch", "1",
                      "--size", "48", "-o", "result.png"},
                     studio.path());
}

Run paint_weights(const Studio& studio, const std::string& weights) {
  return run_program(
      {"stylise", "content.png", "style.png", "--weights", weights, "--epochs", "1", "--steps-per-epoch", "1", "--size",
       "32", "--content-layers", "block1_conv2", "--style-layers", "block1_conv1", "-o", "result.png"},
      studio.path());
}

}  // namespace

TEST_CASE("cli: a content or style picture that is missing, a folder, empty or no picture") {
  const Studio studio;
  studio.write("empty.jpg", std::string());
  studio.write("words.jpg", std::string("These are words."));
  expect_failure(paint_file(studio, "missing.jpg"), 1, {"'missing.jpg'", "does not exist"});
  expect_failure(paint_file(studio, "content.png", "missing.jpg"), 1, {"'missing.jpg'", "does not exist"});
  expect_failure(paint_file(studio, "."), 1, {"'.'", "folder"});
  expect_failure(paint_file(studio, "empty.jpg"), 1, {"'empty.jpg'", "empty"});
  expect_failure(paint_file(studio, "words.jpg"), 1, {"'words.jpg'", "JPEG"});
  CHECK(studio.size() == 4);
}

TEST_CASE("cli: a JPEG that is cut short") {
  const Studio studio;
  save_image(waves(64, 64, 0.5), studio / "whole.jpg");
  const std::string bytes = read_text(studio / "whole.jpg");
  studio.write("half.jpg", bytes.substr(0, bytes.size() / 2));
  const auto files = studio.size();
  expect_failure(paint_file(studio, "half.jpg"), 1, {"'half.jpg'", "ends before its picture is complete"});
  CHECK(studio.size() == files);
}

TEST_CASE("cli: a picture that claims 100,000 x 100,000 pixels") {
  const Studio studio;
  studio.write("huge.png", hollow_png(100000, 100000));
  expect_failure(paint_file(studio, "huge.png"), 1, {"'huge.png'", "100000"});
}

TEST_CASE("cli: a PNG called .jpg is read by its content") {
  const Studio studio;
  std::filesystem::rename(studio / "content.png", studio / "content.jpg");
  const Run run = paint_file(studio, "content.jpg");
  CHECK(run.code == 0);
  CHECK(load_image(studio / "result.png").width() == 48);
}

TEST_CASE("cli: a painting too small for the network's pools") {
  const Studio studio;
  save_image(waves(400, 2, 0.3), studio / "line.png");
  const Run run = paint_file(studio, "line.png");
  expect_failure(run, 1, {"48 x 1"});
  CHECK_FALSE(std::filesystem::exists(studio / "result.png"));
}

TEST_CASE("cli: a weights file that is missing, a folder, empty, truncated or of another kind") {
  const Studio studio;
  const std::string good = safetensors(first_convolutions(), torchvision_input());
  studio.write("good.safetensors", good);
  CHECK(paint_weights(studio, "good.safetensors").code == 0);
  std::filesystem::remove(studio / "result.png");

  studio.write("empty.safetensors", std::string());
  studio.write("header.safetensors", good.substr(0, 20));
  studio.write("short.safetensors", good.substr(0, good.size() - 4));
  studio.write("words.safetensors", std::string("These are words, not weights of any network."));
  for (const char* name : {"missing", "empty", "header", "short", "words"}) {
    expect_failure(paint_weights(studio, std::string(name) + ".safetensors"), 1, {std::string(name) + ".safetensors"});
  }
  expect_failure(paint_weights(studio, "."), 1, {"weights file"});
  CHECK_FALSE(std::filesystem::exists(studio / "result.png"));
}

TEST_CASE("cli: weights of wrong shapes, without a layer, or with NaN") {
  const Studio studio;
  std::vector<NamedTensor> wrong = first_convolutions();
  wrong[2].shape = {8, 4, 3, 3};
  wrong[2].values.resize(8 * 4 * 9);
  studio.write("wrong.safetensors", safetensors(wrong));
  expect_failure(paint_weights(studio, "wrong.safetensors"), 1, {"wrong.safetensors", "block1_conv2"});

  std::vector<NamedTensor> without = first_convolutions();
  without.erase(without.begin(), without.begin() + 2);
  studio.write("without.safetensors", safetensors(without));
  expect_failure(paint_weights(studio, "without.safetensors"), 1, {"without.safetensors"});

  std::vector<NamedTensor> nan = first_convolutions();
  nan[2].values[5] = std::nanf("");
  studio.write("nan.safetensors", safetensors(nan));
  expect_failure(paint_weights(studio, "nan.safetensors"), 1, {"nan.safetensors", "block1_conv2"});
}

TEST_CASE("cli: a layer the weights do not have") {
  const Studio studio;
  studio.write("two.safetensors", safetensors(first_convolutions(), torchvision_input()));
  const Run run = studio.paint(
      {"--weights", "two.safetensors", "--content-layers", "block1_conv2", "--style-layers", "block5_conv1"});
  expect_failure(run, 2, {"block5_conv1"});
}

TEST_CASE("cli: weights are looked for by option, environment, beside the program, the data folder, built-in") {
  const Studio studio;
  // A copy, for a developer may have real weights beside the program that is tested.
  std::filesystem::create_directories(studio / "place/bin");
  const std::filesystem::path program = studio / "place/bin/impasto";
  std::filesystem::copy_file(IMPASTO_PROGRAM, program);
  const auto info = [&](const std::vector<std::string>& more, const Program::Environment& environment) {
    std::vector<std::string> words = {"info"};
    words.insert(words.end(), more.begin(), more.end());
    return Program(program, words, studio.path(), environment).wait();
  };
  const auto place = [&](const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder / "weights");
    std::ofstream(folder / "weights/vgg19.safetensors", std::ios::binary)
        << safetensors(first_convolutions(), torchvision_input());
  };
  const std::string data = (studio / "data").string();

  const Run nothing = info({}, {});
  CHECK(nothing.code == 0);
  CHECK(contains(nothing.out, "no weights of VGG found"));
  CHECK(contains(nothing.out, (studio / ".local/share/impasto/weights/vgg19.safetensors").string()));

  place(studio / ".local/share/impasto");
  CHECK(contains(info({}, {}).out, (studio / ".local/share/impasto/weights/vgg19.safetensors").string()));
  place(studio / "data/impasto");
  CHECK(contains(info({}, {{"XDG_DATA_HOME", data}}).out, data + "/impasto/weights/vgg19.safetensors"));
  place(studio / "place/share/impasto");
  CHECK(contains(info({}, {{"XDG_DATA_HOME", data}}).out, "place/share/impasto/weights/vgg19.safetensors"));
  place(studio / "place");
  CHECK(contains(info({}, {}).out, "place/weights/vgg19.safetensors"));
  place(studio / "place/bin");
  CHECK(contains(info({}, {}).out, "place/bin/weights/vgg19.safetensors"));

  // VGG16 counts where there is no VGG19.
  std::filesystem::rename(studio / "place/bin/weights/vgg19.safetensors",
                          studio / "place/bin/weights/vgg16.safetensors");
  CHECK(contains(info({}, {}).out, "place/bin/weights/vgg16.safetensors"));
  place(studio / "place/bin");
  CHECK(contains(info({}, {}).out, "place/bin/weights/vgg19.safetensors"));

  studio.write("mine.safetensors", safetensors(first_convolutions(), torchvision_input()));
  const Program::Environment variable = {{"IMPASTO_WEIGHTS", "mine.safetensors"}};
  CHECK(contains(info({}, variable).out, "mine.safetensors"));
  CHECK_FALSE(contains(info({"--weights", "builtin"}, variable).out, ".safetensors"));
  CHECK(contains(info({"--weights", "formula"}, variable).out, "weights by formula (16 convolutions"));
  const Run wrong = info({}, {{"IMPASTO_WEIGHTS", "lost.safetensors"}});
  CHECK(wrong.code == 1);
  CHECK(contains(wrong.err, "lost.safetensors"));
  CHECK(contains(wrong.err, "IMPASTO_WEIGHTS"));
}
