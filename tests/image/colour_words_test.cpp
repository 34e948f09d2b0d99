// Colours that are told otherwise than by an ICC profile. Reference values: LittleCMS 2.14 by Pillow 13.0, from
// profiles of the same primaries and curves, relative colorimetric, 8 bits.
#include "image/colour_words.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "image/exif.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "image/raw_chunks.h"
#include "image/raw_pictures.h"
#include "image/tiff_numbers.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

namespace {

// The first pixel in levels of 8 bits.
void check_levels(const Image& image, int x, double r, double g, double b, double tolerance = 0.6) {
  const double wanted[3] = {r, g, b};
  for (int c = 0; c < 3; ++c) {
    const double got = 255 * static_cast<double>(image.at(x, 0, c));
    CHECK_MESSAGE(std::abs(got - wanted[c]) <= tolerance, "channel ", c, ": ", got, ", wanted ", wanted[c]);
  }
}

Bytes with_cicp(const Bytes& numbers, const Bytes& row = {200, 100, 50, 60, 180, 120}) {
  Bytes file = plain_png(row);
  insert_chunk(file, 33, "cICP", numbers);
  return file;
}

// EXIF as DCF's cameras write it: IFD0 -> EXIF (colour space, interoperability) -> "R03".
Bytes dcf_exif(std::uint32_t space, const std::string& index) {
  Bytes bytes = {'I', 'I', 42, 0, 8, 0, 0, 0};
  const auto put = [&](std::uint32_t value, std::size_t count) {
    bytes.resize(bytes.size() + count);
    put_tiff_number(bytes.data() + bytes.size() - count, value, count, false);
  };
  put(1, 2), put(0x8769, 2), put(4, 2), put(1, 4), put(26, 4), put(0, 4);
  put(2, 2), put(0xA001, 2), put(3, 2), put(1, 4), put(space, 4);
  put(0xA005, 2), put(4, 2), put(1, 4), put(56, 4), put(0, 4);
  put(1, 2), put(1, 2), put(2, 2), put(4, 4);
  for (const char c : index) bytes.push_back(static_cast<std::uint8_t>(c));
  put(0, 1), put(0, 4);
  return bytes;
}

Image jpeg_of(const Bytes& exif, const Bytes& colour, const Bytes& icc = {}) {
  RawJpeg raw{.width = 16, .height = 16};
  for (int i = 0; i < 256; ++i) raw.samples.insert(raw.samples.end(), colour.begin(), colour.end());
  const std::string name("Exif\0\0", 6);
  raw.exif.assign(name.begin(), name.end());
  raw.exif.insert(raw.exif.end(), exif.begin(), exif.end());
  raw.icc = icc;
  return decode_jpeg(make_jpeg(raw), "picture 'a.jpg'");
}

}  // namespace

TEST_CASE(
    "cicp: Display P3 becomes the sRGB that the matrices give, and BT.709's colours of sRGB's curve are left alone") {
  const Image p3 = decode_png(with_cicp({12, 13, 0, 1}), "a.png");
  check_levels(p3, 0, 214.9, 92.6, 31.0);
  check_levels(p3, 1, -61.4, 183.0, 114.4);  // a green that sRGB lacks
  CHECK(p3.at(1, 0, 0) < 0);
  CHECK(p3.metadata().colours_by == "cICP");
  check_levels(decode_png(with_cicp({1, 13, 0, 1}), "a.png"), 0, 200, 100, 50, 1e-4);
}

TEST_CASE("cicp: it counts before a profile, sRGB and gAMA") {
  Bytes file = with_cicp({12, 13, 0, 1});
  insert_chunk(file, 33, "sRGB", {0});
  Bytes gamma;
  put_number(gamma, 100000);
  insert_chunk(file, 33, "gAMA", gamma);
  const Bytes nonsense = deflated(Bytes(200, 7));
  insert_chunk(file, 33, "iCCP", text_chunk("p", std::string(1, '\0') + std::string(nonsense.begin(), nonsense.end())));
  const Image image = decode_png(file, "a.png");
  check_levels(image, 0, 214.9, 92.6, 31.0);
  CHECK(image.metadata().icc.empty());
  CHECK(image.metadata().warnings.empty());
}

TEST_CASE("cicp: HDR is refused by its name, and unknown numbers are warned of") {
  for (const auto& [transfer, name] : {std::pair<std::uint8_t, std::string>{16, "PQ"}, {18, "HLG"}}) {
    const Bytes file = with_cicp({9, transfer, 0, 1});
    CHECK(contains(error_of(ErrorCode::input, [&] { decode_png(file, "picture 'a.png'"); }), "cICP names " + name));
    CHECK(decode_png(file, "a.png", {.apply_profile = false}).at(0, 0, 0) == 200 / 255.0f);
  }
  const Image image = decode_png(with_cicp({99, 13, 0, 1}), "a.png");
  check_levels(image, 0, 200, 100, 50, 1e-4);
  REQUIRE(image.metadata().warnings.size() == 1);
  CHECK(contains(image.metadata().warnings[0], "cICP chunk was not used"));
  CHECK(contains(image.metadata().warnings[0], "colours are taken as sRGB"));
}

TEST_CASE("exif: Adobe RGB that only EXIF tells becomes sRGB, as with its profile") {
  const Image adobe = jpeg_of(dcf_exif(0xFFFF, "R03"), {200, 100, 50});
  check_levels(adobe, 0, 227, 100, 42, 2.5);
  CHECK(adobe.metadata().colours_by == "EXIF (Adobe RGB)");
  check_levels(jpeg_of(dcf_exif(1, "R98"), {200, 100, 50}), 0, 200, 100, 50, 1.5);
  check_levels(jpeg_of(dcf_exif(0xFFFF, "R98"), {200, 100, 50}), 0, 200, 100, 50, 1.5);
  // What is written is sRGB, and must not say otherwise.
  Bytes block = dcf_exif(0xFFFF, "R03");
  update_exif(block, 8, 8, true);
  CHECK(block == dcf_exif(1, "R98"));
  block = dcf_exif(0xFFFF, "R03");
  update_exif(block, 8, 8, false);
  CHECK(exif_says_adobe_rgb(block));
}

TEST_CASE("exif: a PNG that says sRGB by its own chunks is not taken for Adobe RGB") {
  Bytes file = plain_png({200, 100, 50, 0, 0, 0});
  insert_chunk(file, 33, "eXIf", dcf_exif(0xFFFF, "R03"));
  check_levels(decode_png(file, "a.png"), 0, 227, 100, 42);
  insert_chunk(file, 33, "sRGB", {0});
  check_levels(decode_png(file, "a.png"), 0, 200, 100, 50, 1e-4);
}

TEST_CASE("colours: original ones that no profile holds are not kept, and that is said") {
  const TempFolder folder;
  for (const char* name : {"a.png", "a.jpg"}) {
    std::vector<std::string> warnings;
    save_image(jpeg_of(dcf_exif(0xFFFF, "R03"), {200, 100, 50}), folder / name, {.colour = FileColour::original},
               &warnings);
    REQUIRE(warnings.size() == 1);
    CHECK(contains(warnings[0], "were told by EXIF (Adobe RGB), which cannot be embedded"));
    warnings.clear();
    save_image(jpeg_of(dcf_exif(1, "R98"), {200, 100, 50}), folder / name, {.colour = FileColour::original}, &warnings);
    CHECK(warnings.empty());
    save_image(jpeg_of(dcf_exif(1, "R98"), {200, 100, 50}, Bytes(300, 7)), folder / name,
               {.colour = FileColour::original}, &warnings);
    CHECK(warnings.size() == (icc_library().empty() ? 0 : 1));
  }
}

}  // namespace impasto::testing
