// BigTIFF: when it is chosen, and what travels in it.
#ifdef IMPASTO_HAS_TIFF
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/exif.h"
#include "image/raw_tiff.h"
#include "image/tiff.h"
#include "image/tiff_memory.h"
#include "image/tiff_numbers.h"
#include "impasto/error.h"
#include "impasto/image.h"

namespace impasto::testing {

namespace {

constexpr std::uint64_t kReach = 0xFFFFFFFFu;  // of 32 bits

// Without pixels, one tag: what metadata are added to.
Bytes small_big_tiff(bool big_endian) {
  Bytes bytes;
  TiffMemory memory(bytes, big_endian, true);
  TIFF* tiff = memory.get();
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 2);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 2);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  std::uint8_t row[6] = {0, 51, 102, 153, 204, 255};
  for (std::uint32_t y = 0; y < 2; ++y) REQUIRE(TIFFWriteScanline(tiff, row, y, 0) == 1);
  memory.close();
  return bytes;
}

// A maker, and an EXIF directory with a time of exposure.
Bytes exif_block(bool big_endian) {
  Bytes bytes(72);
  const auto put = [&](std::size_t at, std::uint32_t value, std::size_t count) {
    put_tiff_number(bytes.data() + at, value, count, big_endian);
  };
  bytes[0] = bytes[1] = big_endian ? 'M' : 'I';
  put(2, 42, 2), put(4, 8, 4);
  put(8, 2, 2);
  put(10, 0x010F, 2), put(12, 2, 2), put(14, 6, 4), put(18, 38, 4);  // "maker" lies at 38
  put(22, 0x8769, 2), put(24, 4, 2), put(26, 1, 4), put(30, 46, 4);  // EXIF's directory at 46
  const std::string_view maker = "maker";
  std::copy(maker.begin(), maker.end(), bytes.begin() + 38);
  put(46, 1, 2);
  put(48, 0x829A, 2), put(50, 5, 2), put(52, 1, 4), put(56, 64, 4);  // 1 / 250 s at 64
  put(64, 1, 4), put(68, 250, 4);
  return bytes;
}

}  // namespace

TEST_CASE("big tiff: it is chosen where deflated samples may reach beyond 32 bits of offsets") {
  CHECK_FALSE(needs_big_tiff(kReach));
  CHECK(needs_big_tiff(kReach + 1));
  const auto needs = [](std::uint64_t width, std::uint64_t height, std::uint64_t bytes_of_pixel,
                        std::uint64_t beside = 0) {
    return needs_big_tiff(most_tiff_bytes(width * height * bytes_of_pixel, beside, true));
  };
  CHECK_FALSE(needs(20000, 15000, 6));
  CHECK_FALSE(needs(30000, 23000, 6));
  CHECK(needs(30000, 24000, 6));
  CHECK_FALSE(needs(30000, 23000, 6, 1 << 20));
  CHECK(needs(30000, 23000, 6, 1 << 26));
  CHECK(needs(1 << 17, 1 << 17, 3));
  for (const std::uint64_t samples : {std::uint64_t{0}, std::uint64_t{1} << 20, kReach, std::uint64_t{1} << 37}) {
    CHECK(most_tiff_bytes(samples, 0, true) > samples + samples / 1024);
    CHECK(most_tiff_bytes(samples, 0, false) > samples + samples / 2);
    CHECK(most_tiff_bytes(samples, 1000, true) >= most_tiff_bytes(samples, 0, true) + 2000);
  }
}

TEST_CASE("big tiff: one is read as a classic one is, in either byte order") {
  for (const bool big_endian : {false, true}) {
    const Bytes bytes = small_big_tiff(big_endian);
    CHECK(bytes[big_endian ? 3 : 2] == 43);
    const Image image = decode_tiff(bytes, "a.tif");
    CHECK(image.width() == 2);
    CHECK(image.at(1, 1, 2) == 1.0f);
    CHECK(image.at(0, 1, 1) == 51 / 255.0f);
  }
}

TEST_CASE("big tiff: EXIF and IPTC are written into it and read from it") {
  const Bytes iptc = {0x1C, 2, 5, 0, 3, 'a', 'b', 'c'};
  for (const bool big_endian : {false, true}) {
    Bytes bytes = small_big_tiff(big_endian);
    add_to_tiff(bytes, exif_block(big_endian), iptc);
    const Image image = decode_tiff(bytes, "a.tif");
    CHECK(image.at(1, 0, 0) == 153 / 255.0f);
    CHECK(image.metadata().iptc == iptc);
    const Bytes& exif = image.metadata().exif;
    const auto numbers = TiffNumbers::of(exif);
    REQUIRE(numbers.has_value());
    const auto maker = numbers->find(numbers->directory(), 0x010F);
    REQUIRE(maker.has_value());
    CHECK(numbers->values(*maker)[0] == 'm');
    const auto link = numbers->find(numbers->directory(), 0x8769);
    REQUIRE(link.has_value());
    const auto inner = static_cast<std::size_t>(numbers->value(*link).value_or(0));
    const auto time = numbers->find(inner, 0x829A);
    REQUIRE(time.has_value());
    CHECK(numbers->values(*time)[big_endian ? 7 : 4] == 250);
    // libtiff, too, finds all of it.
    TiffMemory memory(bytes);
    const char* name = nullptr;
    REQUIRE(TIFFGetField(memory.get(), TIFFTAG_MAKE, &name) == 1);
    CHECK(std::string(name) == "maker");
    std::uint64_t place = 0;
    REQUIRE(TIFFGetField(memory.get(), TIFFTAG_EXIFIFD, &place) == 1);
    REQUIRE(TIFFReadEXIFDirectory(memory.get(), place) == 1);
    float seconds = 0;
    REQUIRE(TIFFGetField(memory.get(), EXIFTAG_EXPOSURETIME, &seconds) == 1);
    CHECK(seconds == doctest::Approx(0.004));
  }
}

TEST_CASE("big tiff: cut at any length it is read or refused") {
  Bytes good = small_big_tiff(false);
  add_to_tiff(good, exif_block(false), {});
  for (std::size_t length = 0; length < good.size(); ++length) {
    const std::span<const std::uint8_t> part = std::span<const std::uint8_t>(good).first(length);
    exif_of_tiff(part);
    Bytes more(part.begin(), part.end());
    add_to_tiff(more, exif_block(false), {});
    try {
      decode_tiff(part, "cut");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::input);
    }
  }
}

}  // namespace impasto::testing
#endif
