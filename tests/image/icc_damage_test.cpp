// Colour profiles that are damaged, cut short, of another kind or too large, in every format.
#ifdef IMPASTO_HAS_ICC
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "image/features.h"
#include "image/formats.h"
#include "image/icc.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "image/profiles.h"
#include "image/raw_chunks.h"
#include "image/raw_pictures.h"
#include "support/error_of.h"

namespace impasto::testing {

namespace {

// With a chunk that libpng would refuse to write.
Bytes png_of_profile(Bytes png, const Bytes& profile) {
  const Bytes packed = deflated(profile);
  insert_chunk(png, 33, "iCCP", text_chunk("p", std::string(1, '\0') + std::string(packed.begin(), packed.end())));
  return png;
}

}  // namespace

TEST_CASE("icc: a profile that is damaged or belongs to another kind of picture is passed over with a warning") {
  const Bytes good = display_p3();
  Bytes damaged = good;
  std::fill(damaged.begin() + 200, damaged.end(), std::uint8_t{0xEE});
  for (const Bytes& profile : {Bytes(good.begin(), good.begin() + 150), damaged, cmyk_profile(), grey_profile(2.2)}) {
    RawJpeg raw{.width = 8, .height = 8, .samples = Bytes(192, 77)};
    raw.icc = profile;
    const Image image = decode_jpeg(make_jpeg(raw), "a.jpg");
    CHECK(std::abs(image.at(0, 0, 0) - 77 / 255.0f) < 0.01f);
    CHECK(image.metadata().icc.empty());
    REQUIRE(image.metadata().warnings.size() == 1);
    CHECK(contains(image.metadata().warnings[0], "the colour profile was not used, because it is"));
  }
}

// What exiftool, Pillow and ImageMagick join, too.
TEST_CASE("icc: pieces of a JPEG's profile may be numbered from 0, and one that is missing is warned of") {
  RawJpeg raw{.width = 8, .height = 8, .samples = Bytes(192, 77)};
  raw.icc = display_p3_by_tables();  // more than two segments
  const Bytes good = make_jpeg(raw);
  CHECK(decode_jpeg(good, "a.jpg").metadata().icc == raw.icc);
  const std::string mark("ICC_PROFILE\0", 12);
  Bytes zero_based = good, cut = good;
  bool first = true;
  for (auto at = good.begin(); (at = std::search(at, good.end(), mark.begin(), mark.end())) != good.end(); ++at) {
    const auto number = static_cast<std::size_t>(at - good.begin()) + mark.size();
    --zero_based[number];
    if (first) cut[number - 2] = 'x';
    first = false;
  }
  CHECK(decode_jpeg(zero_based, "a.jpg").metadata().icc == raw.icc);
  const Image image = decode_jpeg(cut, "a.jpg");
  CHECK(image.metadata().icc.empty());
  REQUIRE(image.metadata().warnings.size() == 1);
  CHECK(contains(image.metadata().warnings[0], "the colour profile was not used, because a part of it is missing"));
}

TEST_CASE("icc: a profile that is damaged or of another kind is warned of in every format") {
  for (const char* name : {"a.png", "a.tif", "a.webp"}) {
    if (!format_of_ending(name)->is_built_in()) continue;
    INFO(name);
    Image image(4, 4);
    image.set_metadata({.icc = display_p3()});
    Bytes file = encode_image(image, name, {.colour = FileColour::original});
    if (name == std::string("a.png")) {
      file = png_of_profile(plain_png(), cmyk_profile());
    } else {
      const Bytes icc = display_p3();
      const auto at = std::search(file.begin(), file.end(), icc.begin(), icc.end());
      REQUIRE(at != file.end());
      std::fill(at + 130, at + 400, std::uint8_t{0xEE});
    }
    const Image back = decode_image(file, name);
    CHECK(back.metadata().icc.empty());
    REQUIRE(back.metadata().warnings.size() == 1);
    CHECK(contains(back.metadata().warnings[0], "the colour profile was not used, because it is"));
  }
  const Bytes grey_png = make_png({.colour = PNG_COLOR_TYPE_GRAY, .rows = {{9}}});
  const Image grey = decode_png(png_of_profile(grey_png, display_p3()), "a.png");
  REQUIRE(grey.metadata().warnings.size() == 1);
  CHECK(contains(grey.metadata().warnings[0], "it is a profile of RGB"));
}

TEST_CASE("icc: a colour space that is of no enumeration is a wrong one") {
  Bytes odd = display_p3();
  std::fill(odd.begin() + 16, odd.begin() + 20, std::uint8_t{0xFF});
  CHECK(contains(read_icc(odd, Device::rgb).problem, "another colour space"));
  CHECK_FALSE(write_icc(odd).possible);
}

TEST_CASE("icc: a profile above JPEG's 255 segments is left out with a warning") {
  Image image(2, 2);
  Bytes large = display_p3();
  large.resize(std::size_t{255} * 65519 + 1);
  large[0] = static_cast<std::uint8_t>(large.size() >> 24), large[1] = static_cast<std::uint8_t>(large.size() >> 16);
  large[2] = static_cast<std::uint8_t>(large.size() >> 8), large[3] = static_cast<std::uint8_t>(large.size());
  image.set_metadata({.icc = large});
  std::vector<std::string> warnings;
  const Bytes file = encode_image(image, "a.jpg", {.colour = FileColour::original}, &warnings);
  CHECK(file.size() < 10000);
  REQUIRE(warnings.size() == 1);
  CHECK(contains(warnings[0], "bytes are more than a JPEG holds"));
}

TEST_CASE("icc: random damage to a profile never ends in a crash or in values that are no numbers") {
  std::mt19937 random(77);
  for (const Bytes& good : {display_p3(), display_p3_by_tables(), cmyk_profile(), grey_profile(2.2)}) {
    const Device device = good.size() > 300000 ? Device::cmyk : Device::rgb;
    for (int round = 0; round < 150; ++round) {
      Bytes bytes = good;
      if (round % 3 == 0) bytes.resize(random() % bytes.size());
      for (int i = 0; i < 3 && !bytes.empty(); ++i) {
        bytes[random() % std::min<std::size_t>(bytes.size(), 700)] = static_cast<std::uint8_t>(random());
      }
      for (const Device kind : {device, Device::grey, Device::cmyk}) {
        const IccReading reading = read_icc(bytes, kind);
        if (!reading.map) continue;
        const float values[8] = {0, 1, 0.5f, 0.25f, 1, 1, 1, 1};
        float srgb[6] = {};
        reading.map(values, srgb, 2);
        for (const float value : srgb) CHECK_FALSE(std::isnan(value));
      }
      const IccWriting writing = write_icc(bytes);
      if (!writing.map) continue;
      float colour[3] = {0.2f, 1.2f, -0.1f};
      writing.map(colour, colour, 1);
    }
  }
}

}  // namespace impasto::testing
#endif
