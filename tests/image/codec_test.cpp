#include <doctest/doctest.h>

#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "image/features.h"
#include "image/formats.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "image/raw_pictures.h"
#include "image/sample_pictures.h"
#include "impasto/image.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {
namespace fs = std::filesystem;

namespace {

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
  std::vector<Bytes> files = {encode_jpeg(image, {}), make_jpeg(progressive), encode_png(image, {}), make_png(palette)};
  const TempFolder folder;
  Image half = gradient(13, 9);
  half.set_alpha(std::vector<float>(13 * 9, 0.5f));
  const auto add = [&](const std::string& name, const EncodeOptions& options) {
    save_image(half, folder / name, options);
    files.push_back(folder.read(name));
  };
  if (kHasTiff) add("a.tif", {}), add("b.tiff", {.bits = 16});
  if (kHasWebp) add("a.webp", {}), add("b.webp", {.webp_quality = 100});
  return files;
}

}  // namespace

TEST_CASE("image: a size outside the limits is refused") {
  CHECK(Image(1, kMaxImageSide).pixels().size() == std::size_t{3} * kMaxImageSide);
  constexpr int beyond = kMaxImageSide + 1, much = 1 << 18;
  for (const auto& [width, height] : {std::pair(0, 1), {1, 0}, {-5, 3}, {beyond, 1}, {1, beyond}, {much, much}}) {
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
  const fs::path file = folder.write("really-png.jpg", encode_png(image, {}));
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
  CHECK(contains(load_refusal(folder.write("a.rw2", std::string("IIU\0\x18 and so on", 16))), "is a raw (RW2) file"));
  CHECK(contains(load_refusal(folder.write("a.jpg", "hello")), "is an unknown kind of file"));
  CHECK(contains(load_refusal(folder.write("b.jpg", "\xFF")), "unknown kind"));
}

TEST_CASE("image: files cut at any length are refused, or read with a warning where only the end mark is missing") {
  constexpr std::size_t kLongestEnd = 16;  // of PNG: a checksum and IEND
  for (const Bytes& bytes : good_files()) {
    CHECK_FALSE(decode_image(bytes, "whole").empty());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      CAPTURE(length);
      const auto cut = std::span(bytes).first(length);
      if (length + kLongestEnd < bytes.size()) {
        error_of(ErrorCode::input, [&] { decode_image(cut, "cut"); });
        continue;
      }
      try {
        const Image image = decode_image(cut, "cut");
        CHECK(image.metadata().warnings.size() == 1);
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::input);
      }
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
    CHECK(contains(saved, "choose a name that ends in .jpg, .jpeg"));
    CHECK(contains(saved, ".tif") == kHasTiff);
    CHECK(contains(saved, ".webp") == kHasWebp);
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

TEST_CASE("image: options that do not go together are refused before the work and at its end alike") {
  const TempFolder folder;
  const auto refusal = [&](const char* name, const EncodeOptions& options) {
    const std::string saved = error_of(ErrorCode::usage, [&] { save_image(Image(2, 2), folder / name, options); });
    CHECK(error_of(ErrorCode::usage, [&] { check_image_output(folder / name, options); }) == saved);
    return saved;
  };
  CHECK(contains(refusal("a.jpg", {.bits = 16}), "JPEG holds 8 bits a sample, and 16 were asked for"));
  CHECK(contains(refusal("a.jpg", {.bits = 16}), "choose a name that ends in .png"));
  CHECK(contains(refusal("a.png", {.bits = 12}), "PNG holds 8 or 16 bits a sample, and 12 were asked for"));
  CHECK(contains(refusal("a.png", {.bits = 7}), "and 7 were asked for; choose 8 or 16 bits"));
  CHECK(contains(refusal("a.png", {.webp_quality = 101}), "WebP quality 101"));
  CHECK(contains(refusal("a.png", {.jpeg_quality = 0}), "JPEG quality 0"));
  if (kHasWebp) CHECK(contains(refusal("a.webp", {.bits = 16}), "WebP holds 8 bits"));
  CHECK(folder.size() == 0);
}

TEST_CASE("image: what the build lacks it says by name, for writing, reading and in the list") {
  const TempFolder folder;
  const std::string webp("RIFF\x10\0\0\0WEBPVP8 ", 16);
  const std::string tiff("II*\0\x08\0\0\0", 8);
  const std::vector<std::string> formats = image_formats();
  REQUIRE(formats.size() == picture_formats().size() + 1);
  CHECK(contains(formats[0], "JPEG: libjpeg"));
  CHECK(contains(formats[1], "PNG: libpng 1."));
  CHECK(contains(formats[2], kHasTiff ? "TIFF: libtiff 4." : "TIFF: not in this build (libtiff)"));
  CHECK(contains(formats[3], kHasWebp ? "WebP: libwebp 1." : "WebP: not in this build (libwebp)"));
  CHECK(contains(formats.back(), kHasIcc ? "LittleCMS 2." : "colour profiles: not in this build (LittleCMS)"));
  const auto check_absence = [&](const std::string& ending, const std::string& bytes, const std::string& library) {
    const std::string wanted = "this build of Impasto lacks " + library;
    CHECK(contains(load_refusal(folder.write("a.jpg", bytes)), wanted));
    CHECK(contains(error_of(ErrorCode::usage, [&] { check_image_output(folder / ("b" + ending)); }), wanted));
  };
  if (!kHasWebp) check_absence(".webp", webp, "libwebp");
  if (!kHasTiff) check_absence(".tif", tiff, "libtiff");
  if (kHasWebp) CHECK(contains(load_refusal(folder.write("c.jpg", webp)), "is a WebP that ends before"));
  if (kHasTiff) CHECK(contains(load_refusal(folder.write("d.jpg", tiff)), "is a TIFF that cannot be decoded"));
}

TEST_CASE("image: a size that a format ends before is found out before there is a picture") {
  CHECK(contains(error_of(ErrorCode::input, [] { check_image_fits("a.webp", 16384, 10); }),
                 "picture 'a.webp' of 16384 x 10 pixels cannot be written: WebP ends at 16383 a side; choose"));
  CHECK(contains(error_of(ErrorCode::input, [] { check_image_fits("a.JPG", 10, 65501); }), "JPEG ends at 65500"));
  check_image_fits("a.webp", 16383, 16383);
  check_image_fits("a.png", kMaxImageSide, 1);
  check_image_fits("a.npy", kMaxImageSide, 1);
}

}  // namespace impasto::testing
