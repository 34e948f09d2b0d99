// TIFF files of the kinds the library reads but does not write, made with libtiff directly.
#ifdef IMPASTO_HAS_TIFF
#include "image/tiff.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "image/raw_tiff.h"
#include "image/tiff_numbers.h"
#include "support/error_of.h"

namespace impasto::testing {

namespace {

std::string refusal(const Bytes& bytes) {
  return error_of(ErrorCode::input, [&] { decode_tiff(bytes, "picture 'a.tif'"); });
}

// Overwrites the value of a short or long entry of the first directory.
Bytes with_value(Bytes bytes, std::uint32_t tag, std::uint32_t value) {
  const auto numbers = TiffNumbers::of(bytes);
  REQUIRE(numbers.has_value());
  const std::size_t entry = numbers->find(numbers->directory(), tag).value();
  const bool is_short = numbers->u16(entry + 2) == TiffNumbers::kShort;
  put_tiff_number(bytes.data() + entry + 8, value, is_short ? 2 : 4, numbers->big_endian());
  return bytes;
}

}  // namespace

TEST_CASE("tiff: RGB of 8 and 16 bits and floats, in strips and tiles, planes together and apart, either byte order") {
  for (const int bits : {8, 16, 32}) {
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS}) {
      for (int variant = 0; variant < 8; ++variant) {
        RawTiff raw{.bits = bits, .compression = compression};
        raw.separate = variant & 1, raw.tiled = variant & 2, raw.big_endian = variant & 4;
        raw.format = bits == 32 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT;
        const double scale = bits == 8 ? 1 : bits == 16 ? 257 : 1 / 255.0;
        raw.value = [scale](int x, int y, int s) { return scale * ((x * 7 + y * 11 + s * 50) % 256); };
        INFO(bits, " bits, compression ", compression, ", variant ", variant);
        const Image image = decode_tiff(make_tiff(raw), "a.tif");
        check_picture(image, [](int x, int y, int c) { return (x * 7 + y * 11 + c * 50) % 256 / 255.0; });
        CHECK(image.metadata().bits == bits);
        CHECK(image.alpha().empty());
      }
    }
  }
}

TEST_CASE("tiff: grey, grey where white is zero, and CMYK") {
  RawTiff grey{.samples = 1, .photometric = PHOTOMETRIC_MINISBLACK};
  const auto level = [](int x, int y, int) { return (x * 7 + y * 11) % 256 / 255.0; };
  check_picture(decode_tiff(make_tiff(grey), "a"), level);
  grey.photometric = PHOTOMETRIC_MINISWHITE;
  check_picture(decode_tiff(make_tiff(grey), "a"), [&](int x, int y, int c) { return 1 - level(x, y, c); });
  RawTiff inks{.samples = 4, .photometric = PHOTOMETRIC_SEPARATED};
  inks.value = [](int, int, int s) { return s == 0 ? 51 : s == 3 ? 102 : 0; };
  check_picture(decode_tiff(make_tiff(inks), "a"), [](int, int, int c) { return c == 0 ? 0.8 * 0.6 : 0.6; });
}

TEST_CASE("tiff: what libtiff turns into RGBA: a palette, one bit, JPEG within") {
  RawTiff palette{.samples = 1, .photometric = PHOTOMETRIC_PALETTE};
  palette.more = [](TIFF* tiff) {
    static std::uint16_t red[256], green[256], blue[256];
    for (int i = 0; i < 256; ++i) {
      red[i] = static_cast<std::uint16_t>(257 * i);
      green[i] = static_cast<std::uint16_t>(65535 - 257 * i);
      blue[i] = 257 * 40;
    }
    TIFFSetField(tiff, TIFFTAG_COLORMAP, red, green, blue);
  };
  check_picture(decode_tiff(make_tiff(palette), "a"), [](int x, int y, int c) {
    const double i = (x * 7 + y * 11) % 256 / 255.0;
    return c == 0 ? i : c == 1 ? 1 - i : 40 / 255.0;
  });
  Bytes bits;
  {
    TiffMemory memory(bits, false);
    TIFFSetField(memory.get(), TIFFTAG_IMAGEWIDTH, 8);
    TIFFSetField(memory.get(), TIFFTAG_IMAGELENGTH, 1);
    TIFFSetField(memory.get(), TIFFTAG_BITSPERSAMPLE, 1);
    TIFFSetField(memory.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    std::uint8_t row = 0xA0;
    TIFFWriteScanline(memory.get(), &row, 0, 0);
  }
  const Image black_white = decode_tiff(bits, "bits");
  CHECK(black_white.at(0, 0, 1) == 1.0f);
  CHECK(black_white.at(1, 0, 1) == 0.0f);
  CHECK(black_white.at(2, 0, 1) == 1.0f);
  if (TIFFIsCODECConfigured(COMPRESSION_JPEG)) {
    RawTiff jpeg{.photometric = PHOTOMETRIC_YCBCR, .compression = COMPRESSION_JPEG, .width = 48, .height = 40};
    jpeg.value = [](int, int, int s) { return s == 0 ? 200 : s == 1 ? 30 : 90; };
    jpeg.tiled = true;  // strips of five rows are no blocks of JPEG
    jpeg.more = [](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB); };
    const Image image = decode_tiff(make_tiff(jpeg), "jpeg");
    CHECK(image.at(40, 30, 0) == doctest::Approx(200 / 255.0).epsilon(0.02));
    CHECK(image.at(40, 30, 2) == doctest::Approx(90 / 255.0).epsilon(0.04));
  }
}

TEST_CASE("tiff: straight alpha, alpha multiplied in, and an extra channel that is no alpha") {
  RawTiff raw{.samples = 4};
  raw.value = [](int, int, int s) { return s == 3 ? 102 : 50.0; };
  raw.extra = EXTRASAMPLE_UNASSALPHA;
  const Image straight = decode_tiff(make_tiff(raw), "a");
  REQUIRE_FALSE(straight.alpha().empty());
  CHECK(straight.alpha()[5] == doctest::Approx(0.4));
  check_picture(straight, [](int, int, int) { return 50 / 255.0; });
  raw.extra = EXTRASAMPLE_ASSOCALPHA;
  const Image multiplied = decode_tiff(make_tiff(raw), "a");
  CHECK(multiplied.alpha()[5] == doctest::Approx(0.4));
  check_picture(multiplied, [](int, int, int) { return 50 / 102.0; });
  raw.extra = 0xFFFF;
  const Image mask = decode_tiff(make_tiff(raw), "a");
  CHECK(mask.alpha().empty());
  check_picture(mask, [](int, int, int) { return 50 / 255.0; });
}

TEST_CASE("tiff: all eight orientations are turned upright, of samples and of palettes") {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    RawTiff raw;
    raw.orientation = orientation;
    raw.value = [](int x, int y, int) { return x * 10 + y; };
    RawTiff palette{.samples = 1, .photometric = PHOTOMETRIC_PALETTE, .orientation = orientation};
    palette.value = raw.value;
    palette.more = [](TIFF* tiff) {
      static std::uint16_t ramp[256];
      for (int i = 0; i < 256; ++i) ramp[i] = static_cast<std::uint16_t>(257 * i);
      TIFFSetField(tiff, TIFFTAG_COLORMAP, ramp, ramp, ramp);
    };
    const bool turned = orientation >= 5;
    // Where the stored pixels (0, 0) and (1, 0) appear: TIFF 6.0, "Orientation".
    const bool right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    const bool bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    for (const Bytes& bytes : {make_tiff(raw), make_tiff(palette)}) {
      const Image image = decode_tiff(bytes, "a");
      REQUIRE(image.width() == (turned ? kHeight : kWidth));
      const int x = right ? image.width() - 1 : 0, y = bottom ? image.height() - 1 : 0;
      CHECK(image.at(x, y, 0) == 0.0f);
      const int next_x = turned ? x : x + (right ? -1 : 1), next_y = turned ? y + (bottom ? -1 : 1) : y;
      CHECK(image.at(next_x, next_y, 0) == doctest::Approx(10 / 255.0));
    }
  }
}

TEST_CASE("tiff: floats beyond 0..1 are kept, those that are no numbers are refused") {
  RawTiff raw{.bits = 32, .format = SAMPLEFORMAT_IEEEFP};
  raw.value = [](int, int, int s) { return s == 0 ? 1.5 : -0.25; };
  check_picture(decode_tiff(make_tiff(raw), "a"), [](int, int, int c) { return c == 0 ? 1.5 : -0.25; });
  raw.value = [](int x, int y, int) { return x == 3 && y == 7 ? std::numeric_limits<double>::quiet_NaN() : 0.5; };
  CHECK(contains(refusal(make_tiff(raw)), "has values in row 7 that are not finite numbers"));
}

TEST_CASE("tiff: sizes above the limits, or that the bytes cannot hold, are refused before memory is taken") {
  const Bytes good = make_tiff({});
  CHECK(contains(refusal(with_value(good, TIFFTAG_IMAGEWIDTH, 65535)), "pixels, more than its"));
  CHECK(contains(refusal(with_value(with_value(good, TIFFTAG_IMAGEWIDTH, 60000), TIFFTAG_IMAGELENGTH, 60000)),
                 "promises 60000 x 60000 pixels, more than"));
  RawTiff wide{.tiled = true};
  CHECK(contains(refusal(with_value(make_tiff(wide), TIFFTAG_TILEWIDTH, 1 << 20)), "cannot be decoded"));
  RawTiff doubles{.bits = 32, .format = SAMPLEFORMAT_UINT};
  CHECK(contains(refusal(make_tiff(doubles)), "is a TIFF of a kind that cannot be read"));
}

TEST_CASE("tiff: files cut at any length and damaged files are read or refused") {
  std::mt19937 random(11);
  RawTiff tiled{.compression = COMPRESSION_LZW, .tiled = true};
  RawTiff planes{.bits = 16, .compression = COMPRESSION_ADOBE_DEFLATE, .separate = true, .big_endian = true};
  RawTiff palette{.samples = 1, .photometric = PHOTOMETRIC_MINISWHITE, .compression = COMPRESSION_PACKBITS};
  RawTiff inks{.samples = 4, .photometric = PHOTOMETRIC_SEPARATED};
  int refused = 0;
  for (const RawTiff& raw : {RawTiff{}, tiled, planes, palette, inks}) {
    const Bytes good = make_tiff(raw);
    const std::size_t directory = TiffNumbers::of(good)->directory();
    const auto check = [&](const Bytes& bytes) {
      try {
        decode_tiff(bytes, "damaged");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::input);
        ++refused;
      }
    };
    for (std::size_t length = 4; length < good.size(); length += length + 300 < good.size() ? 7 : 1) {
      check(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length)));
    }
    for (int round = 0; round < 500; ++round) {
      Bytes bytes = good;
      // Mostly the directory, where the meaning is.
      const std::size_t from = round % 4 ? directory : 0;
      for (std::uint32_t i = 0; i < 1 + random() % 3; ++i) {
        bytes[from + random() % (bytes.size() - from)] = static_cast<std::uint8_t>(random());
      }
      check(bytes);
    }
  }
  CHECK(refused > 500);
}

}  // namespace impasto::testing
#endif
