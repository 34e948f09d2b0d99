// WebP and animations; files of the kinds the library does not write are made with libwebp directly.
#ifdef IMPASTO_HAS_WEBP
#include "image/webp.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "image/formats.h"
#include "image/sample_pictures.h"
#include "image/webp_handles.h"
#include "impasto/animation.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

namespace {

using Bytes = std::vector<std::uint8_t>;

std::string refusal(const Bytes& bytes) {
  return error_of(ErrorCode::input, [&] { decode_webp(bytes, "picture 'a.webp'"); });
}

bool begins_as(const Bytes& bytes, const std::string& format) {
  const PictureFormat* found = format_of_content(bytes);
  return found && found->name == format;
}

// An animation read back: the duration of each frame, and its canvas's first pixel.
struct Shown {
  std::vector<int> until;  // ms
  std::vector<std::array<int, 4>> corner;
  int width = 0, height = 0, loops = -1;
};

Shown shown(const Bytes& bytes) {
  const WebPData data = {bytes.data(), bytes.size()};
  const WebpFramesHandle frames(WebPAnimDecoderNew(&data, nullptr));
  REQUIRE(frames != nullptr);
  WebPAnimInfo info;
  REQUIRE(WebPAnimDecoderGetInfo(frames.get(), &info));
  Shown result{{},
               {},
               static_cast<int>(info.canvas_width),
               static_cast<int>(info.canvas_height),
               static_cast<int>(info.loop_count)};
  while (WebPAnimDecoderHasMoreFrames(frames.get())) {
    std::uint8_t* canvas = nullptr;
    int time = 0;
    REQUIRE(WebPAnimDecoderGetNext(frames.get(), &canvas, &time));
    result.until.push_back(time);
    result.corner.push_back({canvas[0], canvas[1], canvas[2], canvas[3]});
  }
  return result;
}

Image even(int width, int height, float r, float g, float b) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.pixels().size(); i += 3) {
    image.pixels()[i] = r, image.pixels()[i + 1] = g, image.pixels()[i + 2] = b;
  }
  return image;
}

}  // namespace

TEST_CASE("webp: lossy keeps a smooth picture closely, and a lower quality takes fewer bytes") {
  const Image image = gradient(64, 48);
  const Bytes good = encode_webp(image, {.webp_quality = 95});
  CHECK(largest_difference(decode_webp(good, "a"), image) < 8.0f / 255);
  CHECK(encode_webp(noise(64, 48, 255), {.webp_quality = 10}).size() <
        encode_webp(noise(64, 48, 255), {.webp_quality = 90}).size() / 2);
  CHECK(decode_webp(good, "a").alpha().empty());
}

TEST_CASE("webp: colours under transparent pixels stay in a lossless file") {
  Image image = noise(9, 9, 255);
  std::vector<float> alpha(81, 0.0f);
  alpha[80] = 1.0f;
  image.set_alpha(alpha);
  const Bytes bytes = encode_webp(image, {.webp_quality = 100});
  int width = 0, height = 0;
  std::uint8_t* rgba = WebPDecodeRGBA(bytes.data(), bytes.size(), &width, &height);
  REQUIRE(rgba != nullptr);
  CHECK(static_cast<float>(rgba[4]) / 255.0f == image.pixels()[3]);
  WebPFree(rgba);
}

TEST_CASE("webp: a side above 16383 is refused") {
  CHECK(contains(error_of(ErrorCode::input, [] { encode_webp(Image(16384, 1), {}); }), "16383"));
}

TEST_CASE("webp: a file cut at any length is refused as incomplete") {
  Image image = gradient(20, 14);
  image.set_alpha(noise_alpha(20, 14, 255));
  image.set_metadata({.xmp = {'x', 'm', 'p'}});
  for (const int quality : {80, 100}) {
    const Bytes bytes = encode_webp(image, {.webp_quality = quality});
    for (std::size_t length = 12; length < bytes.size(); ++length) {
      CAPTURE(length);
      const std::string message = refusal(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)));
      CHECK(contains(message, "picture 'a.webp' is a WebP that"));
    }
  }
}

TEST_CASE("webp: damaged files are read or refused") {
  const TempFolder folder;
  std::mt19937 random(4);
  AnimationWriter writer(folder / "a.webp");
  for (int i = 0; i < 3; ++i) writer.add(noise(20, 14, 255, static_cast<std::uint32_t>(i)), 40);
  writer.finish();
  int refused = 0;
  for (const Bytes& good : {encode_webp(gradient(20, 14), {}), encode_webp(noise(20, 14, 9), {.webp_quality = 100}),
                            folder.read("a.webp")}) {
    for (int round = 0; round < 500; ++round) {
      Bytes bytes = good;
      const std::size_t reach = round % 2 ? bytes.size() : 60;
      for (std::uint32_t i = 0; i < 1 + random() % 4; ++i)
        bytes[random() % reach] = static_cast<std::uint8_t>(random());
      if (!begins_as(bytes, "WebP")) continue;
      try {
        decode_webp(bytes, "damaged");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::input);
        ++refused;
      }
    }
  }
  CHECK(refused > 100);
}

TEST_CASE("animation: frames, durations, loops and colours are read back, and the first frame is the picture") {
  const TempFolder folder;
  AnimationWriter writer(folder / "a.webp", {.quality = 90, .loops = 3});
  writer.add(even(32, 24, 1, 0, 0), 100);
  writer.add(even(32, 24, 0, 1, 0), 250);
  writer.add(even(32, 24, 0, 0, 1), 1000);
  CHECK(writer.frames() == 3);
  CHECK(folder.size() == 0);  // nothing appears before the end
  writer.finish();
  CHECK(folder.size() == 1);
  const Shown result = shown(folder.read("a.webp"));
  CHECK(result.width == 32);
  CHECK(result.height == 24);
  CHECK(result.loops == 3);
  CHECK(result.until == std::vector<int>{100, 350, 1350});
  REQUIRE(result.corner.size() == 3);
  for (std::size_t frame = 0; frame < 3; ++frame) {
    for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(result.corner[frame][c] - (c == frame ? 255 : 0)) < 12);
  }
  const Image first = load_image(folder / "a.webp");
  CHECK(first.at(5, 5, 0) > 0.95f);
  CHECK(first.at(5, 5, 1) < 0.05f);
  CHECK(first.alpha().empty());
}

TEST_CASE("animation: a frame like the one before makes it longer; alpha is kept") {
  const TempFolder folder;
  AnimationWriter writer(folder / "a.webp");
  Image frame = even(16, 16, 0, 0, 1);
  frame.set_alpha(std::vector<float>(256, 0.5f));
  writer.add(frame, 100);
  writer.add(frame, 100);
  writer.add(even(16, 16, 1, 1, 1), 50);
  writer.finish();
  const Shown result = shown(folder.read("a.webp"));
  CHECK(result.until == std::vector<int>{200, 250});
  CHECK(std::abs(result.corner[0][3] - 128) <= 2);
}

TEST_CASE("animation: one frame is an animation too") {
  const TempFolder folder;
  AnimationWriter writer(folder / "one.webp");
  writer.add(gradient(7, 5), 10);
  writer.finish();
  CHECK(load_image(folder / "one.webp").width() == 7);
}

TEST_CASE("animation: what cannot be is refused, and without finish() nothing is written") {
  const TempFolder folder;
  CHECK(contains(error_of(ErrorCode::usage, [&] { AnimationWriter(folder / "a.gif"); }), "ends in .webp"));
  CHECK(contains(error_of(ErrorCode::io, [&] { AnimationWriter(folder / "no" / "a.webp"); }), "does not exist"));
  error_of(ErrorCode::usage, [&] { AnimationWriter(folder / "a.webp", {.quality = 101}); });
  error_of(ErrorCode::usage, [&] { AnimationWriter(folder / "a.webp", {.loops = -1}); });
  {
    AnimationWriter writer(folder / "a.webp");
    CHECK(contains(error_of(ErrorCode::usage, [&] { writer.finish(); }), "has no frame"));
    error_of(ErrorCode::input, [&] { writer.add(Image(), 10); });
    error_of(ErrorCode::input, [&] { writer.add(Image(16384, 1), 10); });
    error_of(ErrorCode::usage, [&] { writer.add(Image(4, 4), 0); });
    error_of(ErrorCode::usage, [&] { writer.add(Image(4, 4), 1 << 24); });
    writer.add(Image(4, 4), 10);
    CHECK(contains(error_of(ErrorCode::input, [&] { writer.add(Image(5, 4), 10); }), "of 4 x 4; resize it"));
  }
  CHECK(folder.size() == 0);
  AnimationWriter writer(folder / "a.webp");
  writer.add(Image(4, 4), 10);
  writer.finish();
  error_of(ErrorCode::usage, [&] { writer.finish(); });
  error_of(ErrorCode::usage, [&] { writer.add(Image(4, 4), 10); });
}

}  // namespace impasto::testing
#else
#include <doctest/doctest.h>

#include "impasto/animation.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

TEST_CASE("animation: a build without libwebp says so") {
  const TempFolder folder;
  CHECK(contains(error_of(ErrorCode::usage, [&] { AnimationWriter(folder / "a.gif"); }), "ends in .webp"));
  CHECK(contains(error_of(ErrorCode::usage, [&] { AnimationWriter(folder / "a.webp"); }), "lacks libwebp"));
}

}  // namespace impasto::testing
#endif
