// Samples of other kinds than 8 and 16 bits and plain floats, and CIE L*a*b*.
#ifdef IMPASTO_HAS_TIFF
#include "image/tiff_samples.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>

#include "image/raw_tiff.h"
#include "image/tiff.h"
#include "support/error_of.h"

namespace impasto::testing {

TEST_CASE("tiff: floats of 16 and 64 bits, in strips and tiles, planes together and apart, either byte order") {
  for (const int bits : {16, 64}) {
    for (int variant = 0; variant < 8; ++variant) {
      RawTiff raw{.bits = bits, .format = SAMPLEFORMAT_IEEEFP, .compression = COMPRESSION_LZW};
      raw.separate = variant & 1, raw.tiled = variant & 2, raw.big_endian = variant & 4;
      // Of eleven bits, so that a half holds it.
      raw.value = [](int x, int y, int s) { return ((x * 7 + y * 11 + s * 50) % 256) / 128.0 - 0.5; };
      const Image image = decode_tiff(make_tiff(raw), "a.tif");
      check_picture(image, raw.value);
      CHECK(image.metadata().bits == bits);
    }
  }
}

TEST_CASE("tiff: 10, 12 and 14 bits, packed without gaps") {
  for (const int bits : {10, 12, 14}) {
    for (const bool tiled : {false, true}) {
      for (const int samples : {1, 3}) {
        const auto level = [bits](int x, int y, int s) { return (x * 73 + y * 411 + s * 1050 + 77) % (1 << bits); };
        const Bytes file = packed_tiff(bits, samples, tiled, level);
        INFO(bits, " bits, ", samples, " samples, tiled ", tiled);
        const double most = (1 << bits) - 1;
        check_picture(decode_tiff(file, "a.tif"),
                      [&](int x, int y, int c) { return level(x, y, samples == 1 ? 0 : c) / most; });
      }
    }
  }
}

// What LittleCMS by Pillow 13.0 makes of the same values, white D50, relative colorimetric, to half a level.
TEST_CASE(
    "tiff: CIE L*a*b* of 8 and 16 bits and floats, plain and as ICC numbers it, has the colours that LittleCMS gives") {
  struct Patch {
    double lab[3];
    double srgb[3];
  };
  const Patch patches[] = {
      {{0, 0, 0}, {0, 0, 0}},         {{49.8039, 0, 0}, {118, 118, 118}}, {{74.902, 0, 0}, {184, 184, 184}},
      {{100, 0, 0}, {255, 255, 255}}, {{49.8039, 40, 30}, {187, 87, 70}}, {{60, -40, 30}, {73, 162, 88}},
      {{40, 10, -40}, {76, 91, 160}}};
  for (const Patch& patch : patches) {
    for (const int photometric : {PHOTOMETRIC_CIELAB, PHOTOMETRIC_ICCLAB}) {
      for (const int bits : {8, 16, 32}) {
        RawTiff raw{.bits = bits, .photometric = photometric};
        if (bits == 32) raw.format = SAMPLEFORMAT_IEEEFP;
        const bool icc = photometric == PHOTOMETRIC_ICCLAB;
        raw.value = [&](int, int, int s) {
          const double value = patch.lab[s];
          if (bits == 32) return value;
          const double most = bits == 8 ? 255 : icc ? 65280 : 65535, unit = bits == 8 ? 1 : 256;
          if (s == 0) return std::round(value / 100 * most);
          return icc ? (value + 128) * unit : value < 0 ? (value + 256) * unit : value * unit;
        };
        INFO("L* ", patch.lab[0], ", photometric ", photometric, ", bits ", bits);
        check_picture(
            decode_tiff(make_tiff(raw), "a.tif"), [&](int, int, int c) { return patch.srgb[c] / 255; }, 1.0 / 255);
      }
    }
  }
}

namespace {

// A page inside the first one, as Nikon and Sony keep what the sensor measured.
Bytes with_page_inside(bool reduced, int photometric) {
  RawTiff raw;
  raw.more = [=](TIFF* tiff) {
    const std::uint64_t place = 0;
    if (reduced) TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
    TIFFSetField(tiff, TIFFTAG_SUBIFD, 1, &place);
  };
  raw.then = [=](TIFF* tiff) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 2);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 1);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    std::uint8_t values[2] = {1, 2};
    REQUIRE(TIFFWriteScanline(tiff, values, 0, 0) > 0);
    REQUIRE(TIFFWriteDirectory(tiff) != 0);
  };
  return make_tiff(raw);
}

}  // namespace

// The first bytes of Canon's raw photographs of the second kind; DNG names its version in tag 50706.
TEST_CASE("tiff: a raw photograph is refused by its name") {
  RawTiff dng;
  dng.more = [](TIFF* tiff) {
    const std::uint8_t version[4] = {1, 4, 0, 0};
    TIFFSetField(tiff, TIFFTAG_DNGVERSION, version);
  };
  const auto refusal = [](const Bytes& bytes) {
    return error_of(ErrorCode::input, [&] { decode_tiff(bytes, "picture 'a.tif'"); });
  };
  CHECK(contains(refusal(make_tiff(dng)), "is a raw photograph (DNG), which has to be developed first"));
  Bytes cr2 = make_tiff({});
  cr2[8] = 'C', cr2[9] = 'R';
  CHECK(contains(refusal(cr2), "is a raw photograph (CR2)"));
  for (const int sensors : {32803, 34892}) {
    CHECK(contains(refusal(with_page_inside(true, sensors)), "is a raw photograph (a small preview beside"));
  }
  // Pages of other kinds, such as layers and thumbnails, are nobody's raw photograph.
  CHECK(decode_tiff(with_page_inside(true, PHOTOMETRIC_MINISBLACK), "a.tif").width() == kWidth);
  CHECK(decode_tiff(with_page_inside(false, PHOTOMETRIC_MINISBLACK), "a.tif").width() == kWidth);
}

}  // namespace impasto::testing
#endif
