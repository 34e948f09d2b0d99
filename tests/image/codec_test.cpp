#include <doctest/doctest.h>

#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>
#endif

#include <cmath>
#include <random>
#include <string>

#include "image/jpeg.h"
#include "image/png.h"
#include "image/raw_pictures.h"
#include "impasto/image.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace fs = std::filesystem;

namespace {

// Smooth, so that JPEG keeps it closely.
Image gradient(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.at(x, y, 0) = static_cast<float>(x) / static_cast<float>(width);
      image.at(x, y, 1) = static_cast<float>(y) / static_cast<float>(height);
      image.at(x, y, 2) = 0.5f;
    }
  }
  return image;
}

float largest_difference(const Image& a, const Image& b) {
  REQUIRE(a.width() == b.width());
  REQUIRE(a.height() == b.height());
  float largest = 0;
  for (std::size_t i = 0; i < a.pixels().size(); ++i) {
    largest = std::max(largest, std::abs(a.pixels()[i] - b.pixels()[i]));
  }
  return largest;
}

std::string load_refusal(const fs::path& file) {
  return error_of(ErrorCode::input, [&] { load_image(file); });
}

std::vector<Bytes> good_files() {
  const Image image = gradient(33, 21);
  RawJpeg progressive{.width = 24, .height = 24};
  for (int i = 0; i < 24 * 24 * 3; ++i) progressive.samples.push_back(static_cast<std::uint8_t>(i * i / 50));
  progressive.progressive = progressive.subsampled = true;
  progressive.exif = make_exif(6, true);
  RawPng palette{.width = 8, .height = 8, .colour = PNG_COLOR_TYPE_PALETTE, .interlaced = true};
  for (std::uint8_t y = 0; y < 8; ++y) palette.rows.push_back({0, 1, 2, 3, y, 1, 0, 2});
  palette.palette.assign(8, {200, 100, 50});
  palette.palette_alpha = {0, 128};
  return {encode_jpeg(image, {}), make_jpeg(progressive), encode_png(image, Rounding::nearest), make_png(palette)};
}

}  // namespace

TEST_CASE("image: a size outside the limits is refused") {
  CHECK(Image(1, 65535).pixels().size() == 3 * 65535);
  for (const auto& [width, height] : {std::pair(0, 1), {1, 0}, {-5, 3}, {65536, 1}, {1, 65536}, {65535, 65535}}) {
    error_of(ErrorCode::input, [w = width, h = height] { Image(w, h); });
  }
  CHECK(Image().empty());
}

TEST_CASE("image: a picture saved as JPEG or PNG loads as nearly the same, whatever the case of the ending") {
  const TempFolder folder;
  const Image image = gradient(40, 30);
  for (const std::string name : {"a.png", "a.PNG"}) {
    save_image(image, folder / name);
    CHECK(largest_difference(image, load_image(folder / name)) <= 0.5f / 255 + 1e-6f);
  }
  for (const std::string name : {"a.jpg", "a.jpeg", "a.JPG", "b.JpEg"}) {
    save_image(image, folder / name, {.jpeg_subsampling = false});
    CHECK(largest_difference(image, load_image(folder / name)) <= 4.0f / 255);
  }
  save_image(Image(1, 1), folder / "one.jpg");
  CHECK(load_image(folder / "one.jpg").width() == 1);
}

TEST_CASE("image: the content decides, not the name") {
  const TempFolder folder;
  const Image image = gradient(12, 9);
  const fs::path file = folder.write("really-png.jpg", encode_png(image, Rounding::nearest));
  CHECK(load_image(file).width() == 12);
  CHECK(load_image(folder.write("no-ending", encode_jpeg(image, {}))).height() == 9);
}

TEST_CASE("image: an empty file, a folder, a missing file and another kind are refused by name") {
  const TempFolder folder;
  const std::string empty = load_refusal(folder.write("empty.png", std::string()));
  CHECK(empty == "picture '" + (folder / "empty.png").string() + "' is empty (0 bytes); copy or download it again");
  CHECK(contains(load_refusal(folder.path()), "is a folder"));
  CHECK(contains(load_refusal(folder / "none.png"), "does not exist"));
  CHECK(contains(load_refusal(folder.write("a.gif", "GIF89a and so on")), "is a GIF file"));
  CHECK(contains(load_refusal(folder.write("a.jpg", "hello")), "is an unknown kind of file"));
  CHECK(contains(load_refusal(folder.write("b.jpg", "\xFF")), "unknown kind"));
  const std::string webp("RIFF\x10\0\0\0WEBPVP8 ", 16);
  CHECK(contains(load_refusal(folder.write("c.jpg", webp)), "is a WebP file"));
}

TEST_CASE("image: files cut at any length are refused") {
  for (const Bytes& bytes : good_files()) {
    CHECK_FALSE(decode_image(bytes, "whole").empty());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      CAPTURE(length);
      error_of(ErrorCode::input, [&] { decode_image(std::span(bytes).first(length), "cut"); });
    }
  }
}

TEST_CASE("image: random damage is either read or refused") {
  std::mt19937 random(2024);
  int refused = 0;
  for (const Bytes& good : good_files()) {
    for (int round = 0; round < 400; ++round) {
      Bytes bytes = good;
      const std::size_t reach = round % 2 ? bytes.size() : std::min<std::size_t>(bytes.size(), 200);
      for (std::uint32_t i = 0; i < 1 + random() % 4; ++i)
        bytes[random() % reach] = static_cast<std::uint8_t>(random());
      try {
        decode_image(bytes, "damaged");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::input);
        ++refused;
      }
    }
  }
  CHECK(refused > 100);
}

#ifndef _WIN32
TEST_CASE("image: nothing is printed about damaged files") {
  const TempFolder folder;
  const int old_error = dup(STDERR_FILENO);
  const int old_out = dup(STDOUT_FILENO);
  const int capture = open((folder / "printed").c_str(), O_CREAT | O_WRONLY, 0600);
  std::fflush(stdout);
  dup2(capture, STDERR_FILENO);
  dup2(capture, STDOUT_FILENO);
  std::mt19937 random(5);
  for (const Bytes& good : good_files()) {
    for (int round = 0; round < 100; ++round) {
      Bytes bytes = good;
      bytes[random() % bytes.size()] ^= 0x55;
      try {
        decode_image(bytes, "damaged");
      } catch (const Error&) {
      }
    }
  }
  std::fflush(stdout);
  std::fflush(stderr);
  dup2(old_error, STDERR_FILENO);
  dup2(old_out, STDOUT_FILENO);
  for (const int file : {capture, old_error, old_out}) close(file);
  CHECK(folder.read("printed").empty());
}
#endif

TEST_CASE("image: an unknown ending is refused and the known ones are named") {
  const TempFolder folder;
  for (const std::string name : {"a.gif", "a", "a.png.txt", ".png"}) {
    const std::string saved = error_of(ErrorCode::usage, [&] { save_image(Image(2, 2), folder / name); });
    CHECK(contains(saved, "choose a name that ends in .jpg, .jpeg or .png"));
    CHECK(error_of(ErrorCode::usage, [&] { check_image_output(folder / name); }) == saved);
  }
  CHECK(folder.size() == 0);
}

TEST_CASE("image: an output that cannot be written is refused and nothing is left behind") {
  const TempFolder folder;
  fs::create_directory(folder / "folder.png");
  for (const fs::path& file : {folder / "none" / "a.png", folder / "folder.png"}) {
    const std::string saved = error_of(ErrorCode::io, [&] { save_image(Image(2, 2), file); });
    CHECK(error_of(ErrorCode::io, [&] { check_image_output(file); }) == saved);
  }
  CHECK(contains(error_of(ErrorCode::io, [&] { check_image_output(folder / "none" / "a.jpg"); }), "does not exist"));
  error_of(ErrorCode::input, [&] { save_image(Image(), folder / "empty.png"); });
  error_of(ErrorCode::usage, [&] { save_image(Image(2, 2), folder / "a.jpg", {.jpeg_quality = 0}); });
  CHECK(folder.size() == 1);
  check_image_output(folder / "a.JPEG");
  CHECK(folder.size() == 1);
}

}  // namespace impasto::testing
