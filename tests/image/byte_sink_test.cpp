#include "image/byte_sink.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "image/formats.h"
#include "impasto/error.h"
#include "impasto/image.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

namespace {

using Bytes = std::vector<std::uint8_t>;

// Noise, which no format shrinks to a few blocks.
Image noise(int width, int height) {
  std::mt19937 random(3);
  Image image(width, height);
  for (float& value : image.pixels()) value = static_cast<float>(random() % 256) / 255.0f;
  return image;
}

}  // namespace

TEST_CASE("byte sink: bytes come in order and in blocks, the last with finish()") {
  Bytes all;
  std::size_t blocks = 0;
  ByteSink sink([&](std::span<const std::uint8_t> block) {
    all.insert(all.end(), block.begin(), block.end());
    ++blocks;
  });
  Bytes given;
  for (int i = 0; i < 100; ++i) {
    const Bytes piece(static_cast<std::size_t>(37 * i), static_cast<std::uint8_t>(i));
    given.insert(given.end(), piece.begin(), piece.end());
    CHECK(sink.write(piece.data(), piece.size()));
  }
  CHECK(all.size() < given.size());
  sink.finish();
  CHECK(all == given);
  CHECK(blocks < 4);
}

TEST_CASE("byte sink: a picture goes to a file as encode_image gives it, and leaves nothing where writing fails") {
  const TempFolder folder;
  const Image image = noise(300, 200);
  for (const PictureFormat& format : picture_formats()) {
    if (!format.write) continue;
    INFO(format.name);
    const std::string name = "a" + std::string(format.endings.front());
    save_image(image, folder / name);
    CHECK(folder.read(name) == encode_image(image, name));
    std::size_t taken = 0;
    ByteSink full([&](std::span<const std::uint8_t> block) {
      taken += block.size();
      if (taken > 50000) throw Error(ErrorCode::io, "the disk is full");
    });
    const std::string why = error_of(ErrorCode::io, [&] { format.write(image, {.jpeg_quality = 100}, full, nullptr); });
    CHECK(why == "the disk is full");
    CHECK(taken < 200000);
  }
}

}  // namespace impasto::testing
