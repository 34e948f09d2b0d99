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

#include "base/half.h"
#include "image/sample_pictures.h"
#include "image/tiff_memory.h"
#include "image/tiff_numbers.h"
#include "support/error_of.h"

namespace impasto::testing {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int kWidth = 21, kHeight = 13;

struct RawTiff {
  int bits = 8;
  int samples = 3;  // a pixel
  int photometric = PHOTOMETRIC_RGB;
  int format = SAMPLEFORMAT_UINT;
  int compression = COMPRESSION_NONE;
  bool separate = false, tiled = false, big_endian = false;
  std::uint16_t extra = 0;  // kind of the one extra sample; 0xFFFF: none is named
  int orientation = ORIENTATION_TOPLEFT;
  int width = kWidth, height = kHeight;
  // Sample s of pixel (x, y): a level of the bits, or a value of a float.
  std::function<double(int, int, int)> value = [](int x, int y, int s) { return (x * 7 + y * 11 + s * 50) % 256; };
  std::function<void(TIFF*)> more = [](TIFF*) {};
};

void put_sample(const RawTiff& raw, double value, std::uint8_t* to) {
  if (raw.bits == 8) {
    *to = static_cast<std::uint8_t>(value);
  } else if (raw.bits == 16 && raw.format == SAMPLEFORMAT_IEEEFP) {
    const std::uint16_t half = half_from_float(static_cast<float>(value));
    std::memcpy(to, &half, 2);
  } else if (raw.bits == 64) {
    std::memcpy(to, &value, 8);
  } else if (raw.bits == 16) {
    const auto word = static_cast<std::uint16_t>(value);
    std::memcpy(to, &word, 2);
  } else {
    const auto number = static_cast<float>(value);
    std::memcpy(to, &number, 4);
  }
}

// Rows y.. of one plane (all samples unless separate), `width` pixels from x on.
Bytes block(const RawTiff& raw, int x0, int y0, int width, int height, int plane) {
  const int first = raw.separate ? plane : 0, last = raw.separate ? plane + 1 : raw.samples;
  const std::size_t size = static_cast<std::size_t>(raw.bits / 8);
  Bytes bytes(static_cast<std::size_t>(width * height * (last - first)) * size);
  std::uint8_t* to = bytes.data();
  for (int y = y0; y < y0 + height; ++y) {
    for (int x = x0; x < x0 + width; ++x) {
      for (int s = first; s < last; ++s, to += size) {
        if (x < raw.width && y < raw.height) put_sample(raw, raw.value(x, y, s), to);
      }
    }
  }
  return bytes;
}

Bytes make_tiff(const RawTiff& raw) {
  Bytes bytes;
  TiffMemory memory(bytes, raw.big_endian);
  TIFF* tiff = memory.get();
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, raw.width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, raw.height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, raw.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, raw.samples);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, raw.format);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, raw.photometric);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, raw.compression);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, raw.orientation);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, raw.separate ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  if (raw.extra != 0xFFFF && raw.extra != 0) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &raw.extra);
  raw.more(tiff);
  constexpr int kTile = 16, kStrip = 5;
  if (raw.tiled) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kTile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, kTile);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, kStrip);
  }
  for (int plane = 0; plane < (raw.separate ? raw.samples : 1); ++plane) {
    for (int y = 0; y < raw.height; y += raw.tiled ? kTile : kStrip) {
      if (!raw.tiled) {
        const int rows = std::min(kStrip, raw.height - y);
        Bytes strip = block(raw, 0, y, raw.width, rows, plane);
        const auto number = TIFFComputeStrip(tiff, static_cast<std::uint32_t>(y), static_cast<std::uint16_t>(plane));
        REQUIRE(TIFFWriteEncodedStrip(tiff, number, strip.data(), static_cast<tmsize_t>(strip.size())) > 0);
        continue;
      }
      for (int x = 0; x < raw.width; x += kTile) {
        Bytes tile = block(raw, x, y, kTile, kTile, plane);
        REQUIRE(TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0,
                              static_cast<std::uint16_t>(plane)) > 0);
      }
    }
  }
  memory.close();
  return bytes;
}

// Numbers of `bits` bits without gaps, the highest bit first; rows begin at bytes.
Bytes packed_rows(int bits, int samples, int width, int height, int x0, int y0,
                  const std::function<int(int, int, int)>& level) {
  Bytes bytes;
  for (int y = y0; y < y0 + height; ++y) {
    std::uint32_t held = 0;
    int count = 0;
    const auto flush = [&](int least) {
      for (; count >= least; count -= 8) bytes.push_back(static_cast<std::uint8_t>(held >> (count - 8)));
    };
    for (int i = 0; i < width * samples; ++i) {
      held = held << bits | static_cast<std::uint32_t>(level(x0 + i / samples, y, i % samples));
      count += bits;
      flush(8);
    }
    if (count > 0) held <<= 8 - count, count = 8, flush(8);
  }
  return bytes;
}

Bytes packed_tiff(int bits, int samples, bool tiled, const std::function<int(int, int, int)>& level) {
  Bytes bytes;
  TiffMemory memory(bytes, false);
  TIFF* tiff = memory.get();
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, kWidth);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, kHeight);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, samples == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  constexpr int kTile = 16;
  if (tiled) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kTile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, kTile);
    for (int x = 0; x < kWidth; x += kTile) {
      Bytes tile = packed_rows(bits, samples, kTile, kTile, x, 0, level);
      REQUIRE(TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(x), 0, 0, 0) > 0);
    }
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, kHeight);
    Bytes strip = packed_rows(bits, samples, kWidth, kHeight, 0, 0, level);
    REQUIRE(TIFFWriteEncodedStrip(tiff, 0, strip.data(), static_cast<tmsize_t>(strip.size())) > 0);
  }
  memory.close();
  return bytes;
}

// All pixels are what `wanted` says of channel c.
void check_picture(const Image& image, const std::function<double(int, int, int)>& wanted, double tolerance = 1e-6) {
  REQUIRE(image.width() == kWidth);
  REQUIRE(image.height() == kHeight);
  double worst = 0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      for (int c = 0; c < 3; ++c) {
        worst = std::max(worst, std::abs(static_cast<double>(image.at(x, y, c)) - wanted(x, y, c)));
      }
    }
  }
  CHECK(worst <= tolerance);
}

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
  check_picture(straight, [](int, int, int) { return 50 / 255.0 * 0.4 + 0.6; });
  raw.extra = EXTRASAMPLE_ASSOCALPHA;
  const Image multiplied = decode_tiff(make_tiff(raw), "a");
  CHECK(multiplied.alpha()[5] == doctest::Approx(0.4));
  check_picture(multiplied, [](int, int, int) { return 50 / 255.0 + 0.6; });
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
                 "has 60000 x 60000 pixels"));
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
