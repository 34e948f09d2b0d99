#include "image/exif.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>

#include "image/features.h"
#include "image/raw_pictures.h"
#include "image/sample_pictures.h"
#include "image/tiff_numbers.h"
#include "image/xmp.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

namespace {

// Builds a TIFF structure by hand: numbers at places.
class Block {
 public:
  explicit Block(bool big_endian) : big_endian_(big_endian) { put(big_endian ? 0x4d4d : 0x4949, 2), put(42, 2); }
  void put(std::uint32_t value, std::size_t count) {
    bytes.resize(bytes.size() + count);
    put_tiff_number(bytes.data() + bytes.size() - count, value, count, big_endian_);
  }
  void entry(std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
    put(tag, 2), put(type, 2), put(count, 4);
    if (type == 3) {
      put(value, 2), put(0, 2);
    } else {
      put(value, 4);
    }
  }
  Bytes bytes;

 private:
  bool big_endian_;
};

// Camera "Impasto", orientation 6, an EXIF directory (exposure 1/50, colour space 1, 640 x 480), a GPS directory
// (latitude N), a thumbnail's directory.
Bytes camera_block(bool big_endian) {
  Block block(big_endian);
  block.put(8, 4);
  block.put(4, 2);  // at 8
  block.entry(0x010F, 2, 8, 126);
  block.entry(0x0112, 3, 1, 6);
  block.entry(0x8769, 4, 1, 62);
  block.entry(0x8825, 4, 1, 134);
  block.put(158, 4);
  block.put(4, 2);  // at 62
  block.entry(0x829A, 5, 1, 116);
  block.entry(0xA001, 3, 1, 1);
  block.entry(0xA002, 4, 1, 640);
  block.entry(0xA003, 3, 1, 480);
  block.put(0, 4);
  block.put(1, 4), block.put(50, 4);  // at 116, 1/50
  block.put(0, 2);                    // at 124
  for (const char c : {'I', 'm', 'p', 'a', 's', 't', 'o', '\0'}) block.put(static_cast<std::uint8_t>(c), 1);  // at 126
  block.put(1, 2);                                                                                            // at 134
  block.put(1, 2), block.put(2, 2), block.put(2, 4), block.put('N', 1), block.put(0, 3);
  block.put(0, 4);
  block.put(0, 4);  // at 152
  block.put(0, 2);  // at 156
  block.put(1, 2);  // at 158
  block.entry(0x0112, 3, 1, 6);
  block.put(0, 4);
  return block.bytes;
}

std::string text_of(std::span<const std::uint8_t> bytes) { return std::string(bytes.begin(), bytes.end()); }

std::uint32_t value_in(std::span<const std::uint8_t> bytes, std::uint32_t link, std::uint32_t tag) {
  const auto numbers = TiffNumbers::of(bytes);
  REQUIRE(numbers.has_value());
  std::size_t directory = numbers->directory();
  if (link) directory = numbers->value(numbers->find(directory, link).value()).value();
  const auto entry = numbers->find(directory, tag);
  REQUIRE(entry.has_value());
  return numbers->value(*entry).value_or(0);
}

void check_camera(std::span<const std::uint8_t> block) {
  const auto numbers = TiffNumbers::of(block);
  REQUIRE(numbers.has_value());
  const auto maker = numbers->find(numbers->directory(), 0x010F);
  REQUIRE(maker.has_value());
  CHECK(text_of(numbers->values(*maker)) == std::string("Impasto\0", 8));
  const std::size_t inner = numbers->value(numbers->find(numbers->directory(), 0x8769).value()).value();
  const auto exposure = numbers->values(numbers->find(inner, 0x829A).value());
  REQUIRE(exposure.size() == 8);
  CHECK(exposure[numbers->big_endian() ? 7 : 4] == 50);
  const std::size_t gps = numbers->value(numbers->find(numbers->directory(), 0x8825).value()).value();
  CHECK(numbers->values(numbers->find(gps, 1).value())[0] == 'N');
}

Bytes with_exif(Bytes block) {
  RawJpeg raw{.width = 24, .height = 16};
  raw.samples.assign(24 * 16 * 3, 100);
  const char name[] = "Exif\0";
  raw.exif.assign(name, name + 6);
  raw.exif.insert(raw.exif.end(), block.begin(), block.end());
  return make_jpeg(raw);
}

}  // namespace

TEST_CASE("exif: an orientation that is kept in the block is none that the pixels are turned by") {
  // Two values instead of one: no reader knows which counts, so none does.
  Bytes block = camera_block(true);
  const auto numbers = TiffNumbers::of(block);
  const auto entry = numbers->find(numbers->directory(), 0x0112);
  REQUIRE(entry.has_value());
  put_tiff_number(block.data() + *entry + 4, 2, 4, numbers->big_endian());
  const int turned = exif_orientation(block);
  reset_exif_orientation(block);
  CHECK(exif_orientation(block) == 1);
  CHECK(turned == 1);
}

TEST_CASE("exif: a block cut at any length or of another kind gives orientation 1") {
  const Bytes app1 = make_exif(6, true);
  const Bytes good(app1.begin() + 6, app1.end());
  CHECK(exif_of_app1(app1).size() == good.size());
  CHECK(exif_orientation(good) == 6);
  // 8 bytes of header, 2 of count, one entry of 12, 12 of the next.
  for (std::size_t length = 0; length < 34; ++length) CHECK(exif_orientation(std::span(good).first(length)) == 1);
  Bytes far = good;
  far[4] = far[5] = far[6] = far[7] = 0xFF;  // offset of the directory
  CHECK(exif_orientation(far) == 1);
  Bytes wrong_type = good;
  wrong_type[25] = 2;
  CHECK(exif_orientation(wrong_type) == 1);
  CHECK(exif_of_app1(Bytes{'h', 't', 't', 'p', ':', '/', '/'}).empty());
}

TEST_CASE("exif: a JPEG's block is kept through a load and a save, upright, of the new size, without thumbnail") {
  const TempFolder folder;
  for (const bool big_endian : {false, true}) {
    for (const std::string name : {"a.jpg", "a.png", "a.webp", "a.tif"}) {
      if ((name == "a.webp" && !kHasWebp) || (name == "a.tif" && !kHasTiff)) continue;
      INFO(name, big_endian);
      const Image image = decode_image(with_exif(camera_block(big_endian)), "camera");
      CHECK(image.width() == 16);  // turned
      CHECK(exif_orientation(image.metadata().exif) == 1);
      save_image(resize(image, 8, 12), folder / name);
      const Image back = load_image(folder / name);
      CHECK(back.width() == 8);
      const Bytes& exif = back.metadata().exif;
      check_camera(exif);
      CHECK(value_in(exif, 0x8769, 0xA002) == 8);
      CHECK(value_in(exif, 0x8769, 0xA003) == 12);
      CHECK(value_in(exif, 0x8769, 0xA001) == 1);
      const auto numbers = TiffNumbers::of(exif);
      const std::size_t first = numbers->directory();
      CHECK(numbers->u32(first + 2 + 12 * numbers->entries(first).size()) == 0u);
      save_image(image, folder / name, {.keep_metadata = false});
      const Image plain = load_image(folder / name);
      CHECK_FALSE(contains(text_of(plain.metadata().exif), "Impasto"));
    }
  }
}

TEST_CASE("exif: damage of any kind is passed over, in blocks and in TIFF files") {
  std::mt19937 random(3);
  const Bytes good = camera_block(true);
  Bytes file = good;
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes(good.begin(),
                good.begin() + static_cast<std::ptrdiff_t>(round % 2 ? good.size() : random() % good.size()));
    for (int i = 0; i < 3 && !bytes.empty(); ++i) bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    const std::size_t size = bytes.size();
    CHECK(exif_orientation(bytes) >= 1);
    exif_of_tiff(bytes);
    file = good;
    add_to_tiff(file, bytes, {});
    reset_exif_orientation(bytes);
    update_exif(bytes, 3, 2, false);
    CHECK(bytes.size() == size);
  }
}

TEST_CASE("xmp: the orientation becomes 1, as attribute and as element, and the packet is kept") {
  const TempFolder folder;
  const std::string packet = "<x tiff:Orientation=\"6\"><tiff:Orientation>8</tiff:Orientation>tiff:Orientation";
  Bytes bytes(packet.begin(), packet.end());
  reset_xmp_orientation(bytes);
  const std::string wanted = "<x tiff:Orientation=\"1\"><tiff:Orientation>1</tiff:Orientation>tiff:Orientation";
  CHECK(text_of(bytes) == wanted);
  Image image = gradient(9, 7);
  image.set_metadata({.xmp = Bytes(packet.begin(), packet.end())});
  for (const std::string name : {"a.jpg", "a.png", "a.webp", "a.tif"}) {
    if ((name == "a.webp" && !kHasWebp) || (name == "a.tif" && !kHasTiff)) continue;
    save_image(image, folder / name);
    CHECK_MESSAGE(text_of(load_image(folder / name).metadata().xmp) == wanted, name);
    save_image(image, folder / name, {.keep_metadata = false});
    CHECK(load_image(folder / name).metadata().xmp.empty());
  }
}

TEST_CASE("exif: a block too large for a JPEG's segment is left out of it") {
  const TempFolder folder;
  Image image = gradient(9, 7);
  Bytes block = camera_block(false);
  block.resize(70000);
  image.set_metadata({.exif = block});
  save_image(image, folder / "a.jpg");
  CHECK(load_image(folder / "a.jpg").metadata().exif.empty());
  save_image(image, folder / "a.png");
  check_camera(load_image(folder / "a.png").metadata().exif);
}

}  // namespace impasto::testing
