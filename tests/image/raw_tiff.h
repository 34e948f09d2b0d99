// TIFF files of the kinds the library reads but does not write, made with libtiff directly.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "base/half.h"
#include "image/raw_pictures.h"
#include "image/tiff_memory.h"
#include "impasto/image.h"

namespace impasto::testing {

inline constexpr int kWidth = 21, kHeight = 13;

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
  std::function<void(TIFF*)> more = [](TIFF*) {};  // tags besides
  std::function<void(TIFF*)> then = nullptr;       // pages besides
};

inline void put_sample(const RawTiff& raw, double value, std::uint8_t* to) {
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
inline Bytes block(const RawTiff& raw, int x0, int y0, int width, int height, int plane) {
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

inline Bytes make_tiff(const RawTiff& raw) {
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
  if (raw.then) {
    REQUIRE(TIFFWriteDirectory(tiff) != 0);
    raw.then(tiff);
  }
  memory.close();
  return bytes;
}

// Numbers of `bits` bits without gaps, the highest bit first; rows begin at bytes.
inline Bytes packed_rows(int bits, int samples, int width, int height, int x0, int y0,
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

inline Bytes packed_tiff(int bits, int samples, bool tiled, const std::function<int(int, int, int)>& level) {
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
inline void check_picture(const Image& image, const std::function<double(int, int, int)>& wanted,
                          double tolerance = 1e-6) {
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

}  // namespace impasto::testing
