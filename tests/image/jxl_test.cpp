// JPEG XL; files of the kinds the library does not write are made with libjxl directly.
#ifdef IMPASTO_HAS_JXL
#include "image/jxl.h"

#include <doctest/doctest.h>
#include <jxl/encode.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "image/exif.h"
#include "image/raw_pictures.h"
#include "image/sample_pictures.h"
#include "support/error_of.h"

#ifdef IMPASTO_HAS_ICC
#include "image/profiles.h"
#endif

namespace impasto::testing {

namespace {

std::string refusal(const Bytes& bytes) {
  return error_of(ErrorCode::input, [&] { decode_jxl(bytes, "picture 'a.jxl'"); });
}

float mean_difference(const Image& a, const Image& b) {
  REQUIRE(a.pixels().size() == b.pixels().size());
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels().size(); ++i) sum += std::abs(a.pixels()[i] - b.pixels()[i]);
  return static_cast<float>(sum / static_cast<double>(a.pixels().size()));
}

struct RawJxl {
  std::uint32_t width = 2, height = 1, channels = 3;  // 1 and 2: grey
  std::vector<float> samples = std::vector<float>(6, 0.5f);
  bool moves = false, compressed = false, lossy = false;
  JxlOrientation orientation = JXL_ORIENT_IDENTITY;
  JxlPrimaries primaries = JXL_PRIMARIES_SRGB;
  JxlTransferFunction transfer = JXL_TRANSFER_FUNCTION_SRGB;
  std::string xmp;
};

Bytes make_jxl(const RawJxl& raw) {
  const std::unique_ptr<JxlEncoder, decltype(&JxlEncoderDestroy)> owner(JxlEncoderCreate(nullptr), JxlEncoderDestroy);
  JxlEncoder* encoder = owner.get();
  JxlBasicInfo info;
  JxlEncoderInitBasicInfo(&info);
  info.xsize = raw.width, info.ysize = raw.height;
  info.bits_per_sample = 16;
  info.num_color_channels = raw.channels < 3 ? 1 : 3;
  info.uses_original_profile = raw.lossy ? JXL_FALSE : JXL_TRUE;
  info.orientation = raw.orientation;
  if (raw.channels % 2 == 0) {
    info.num_extra_channels = 1, info.alpha_bits = 16;
  }
  if (raw.moves) info.have_animation = JXL_TRUE, info.animation.tps_numerator = info.animation.tps_denominator = 1;
  REQUIRE(JxlEncoderSetBasicInfo(encoder, &info) == JXL_ENC_SUCCESS);
  JxlEncoderSetCodestreamLevel(encoder, 10);
  JxlColorEncoding colours;
  JxlColorEncodingSetToSRGB(&colours, raw.channels < 3 ? JXL_TRUE : JXL_FALSE);
  colours.primaries = raw.primaries;
  colours.transfer_function = raw.transfer;
  REQUIRE(JxlEncoderSetColorEncoding(encoder, &colours) == JXL_ENC_SUCCESS);
  if (!raw.xmp.empty()) {
    REQUIRE(JxlEncoderUseBoxes(encoder) == JXL_ENC_SUCCESS);
    REQUIRE(JxlEncoderAddBox(encoder, "xml ", reinterpret_cast<const std::uint8_t*>(raw.xmp.data()), raw.xmp.size(),
                             raw.compressed ? JXL_TRUE : JXL_FALSE) == JXL_ENC_SUCCESS);
  }
  JxlEncoderFrameSettings* frame = JxlEncoderFrameSettingsCreate(encoder, nullptr);
  if (!raw.lossy) JxlEncoderSetFrameLossless(frame, JXL_TRUE);
  const JxlPixelFormat format = {raw.channels, JXL_TYPE_FLOAT, JXL_NATIVE_ENDIAN, 0};
  REQUIRE(JxlEncoderAddImageFrame(frame, &format, raw.samples.data(), raw.samples.size() * sizeof(float)) ==
          JXL_ENC_SUCCESS);
  JxlEncoderCloseInput(encoder);
  Bytes bytes(1 << 20);
  std::uint8_t* next = bytes.data();
  std::size_t left = bytes.size();
  REQUIRE(JxlEncoderProcessOutput(encoder, &next, &left) == JXL_ENC_SUCCESS);
  bytes.resize(bytes.size() - left);
  return bytes;
}

}  // namespace

TEST_CASE("jxl: lossless keeps 8 and 16 bits to the last, lossy a smooth picture closely, alpha both times") {
  for (const int bits : {8, 16}) {
    CAPTURE(bits);
    const auto levels = static_cast<std::uint32_t>((1 << bits) - 1);
    Image image = noise(21, 17, levels);
    image.set_alpha(noise_alpha(21, 17, levels));
    const Image back = decode_jxl(encode_jxl(image, {.bits = bits, .webp_quality = 100}), "a");
    CHECK(largest_difference(back, image) < 1e-6f);
    CHECK(largest_difference(back.alpha(), image.alpha()) < 1e-6f);
    CHECK(back.metadata().bits == bits);
    CHECK(back.metadata().warnings.empty());
    const Image smooth = gradient(64, 48);
    CHECK(mean_difference(decode_jxl(encode_jxl(smooth, {.bits = bits, .webp_quality = 90}), "a"), smooth) < 0.02f);
  }
  CHECK(encode_jxl(noise(64, 48, 255), {.webp_quality = 10}).size() <
        encode_jxl(noise(64, 48, 255), {.webp_quality = 90}).size() / 2);
}

TEST_CASE("jxl: EXIF and XMP travel, compressed or not, and the file's orientation counts once") {
  Image image = gradient(20, 12);
  Metadata metadata;
  const Bytes segment = make_exif(6, true);
  const auto block = exif_of_app1(segment);
  metadata.exif.assign(block.begin(), block.end());
  const std::string xmp = "<x:xmpmeta tiff:Orientation=\"1\"/>";
  metadata.xmp.assign(xmp.begin(), xmp.end());
  image.set_metadata(metadata);
  const Image back = decode_jxl(encode_jxl(image, {}), "a");
  CHECK(back.width() == 20);
  CHECK(back.metadata().exif.size() == metadata.exif.size());
  CHECK(exif_orientation(back.metadata().exif) == 1);
  CHECK(back.metadata().xmp == metadata.xmp);
  const Image none = decode_jxl(encode_jxl(image, {.keep_metadata = false}), "a");
  CHECK((none.metadata().exif.empty() && none.metadata().xmp.empty()));
  const std::string longer = "<x:xmpmeta>" + std::string(20000, 'a') + "</x:xmpmeta>";
  for (const bool compressed : {false, true}) {
    const Bytes read = decode_jxl(make_jxl({.compressed = compressed, .xmp = longer}), "a").metadata().xmp;
    CHECK(std::string(read.begin(), read.end()) == longer);
  }
  const Image passed_over =
      decode_jxl(make_jxl({.compressed = true, .xmp = std::string(std::size_t{40} << 20, 'a')}), "a");
  CHECK(passed_over.metadata().xmp.empty());
  // Two pixels, the first red, in each way a file may lie: where red is in the upright picture.
  const std::pair<int, int> red[8] = {{0, 0}, {1, 0}, {1, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 1}, {0, 1}};
  for (int turn = 1; turn <= 8; ++turn) {
    CAPTURE(turn);
    const Image turned =
        decode_jxl(make_jxl({.samples = {1, 0, 0, 0, 0, 1}, .orientation = static_cast<JxlOrientation>(turn)}), "a");
    REQUIRE(turned.width() == (turn < 5 ? 2 : 1));
    const auto [x, y] = red[turn - 1];
    CHECK(turned.at(x, y, 0) > 0.99f);
    CHECK(turned.at(x, y, 2) < 0.01f);
  }
}

TEST_CASE("jxl: grey with alpha, colours by words, and HDR and animations by name") {
  const Image grey = decode_jxl(make_jxl({.channels = 2, .samples = {0.25f, 1, 0.5f, 0.5f}}), "a");
  for (int c = 0; c < 3; ++c) CHECK(grey.at(0, 0, c) == doctest::Approx(0.25f).epsilon(0.001));
  CHECK(grey.alpha()[1] == doctest::Approx(0.5f).epsilon(0.001));
#ifdef IMPASTO_HAS_ICC
  // Display P3's green by the matrices of SMPTE EG 432-1 and IEC 61966-2-1.
  for (const bool lossy : {false, true}) {
    CAPTURE(lossy);
    RawJxl p3{.width = 32, .height = 32, .lossy = lossy, .primaries = JXL_PRIMARIES_P3};
    p3.samples.clear();
    for (int i = 0; i < 32 * 32; ++i) p3.samples.insert(p3.samples.end(), {0, 1, 0});
    const Image green = decode_jxl(make_jxl(p3), "a");
    CHECK(green.at(9, 9, 0) == doctest::Approx(-0.5116f).epsilon(lossy ? 0.1 : 0.005));
    CHECK(green.at(9, 9, 1) == doctest::Approx(1.0183f).epsilon(0.01));
    CHECK(green.metadata().icc_applied);
  }
#endif
  for (const auto& [transfer, name] : {std::pair(JXL_TRANSFER_FUNCTION_PQ, "PQ"), {JXL_TRANSFER_FUNCTION_HLG, "HLG"}}) {
    const Bytes hdr = make_jxl({.primaries = JXL_PRIMARIES_2100, .transfer = transfer});
    CHECK(contains(refusal(hdr), std::string("is a JPEG XL of HDR colours (its header names ") + name));
  }
  CHECK(contains(refusal(make_jxl({.moves = true})), "is an animated JPEG XL"));
}

#ifdef IMPASTO_HAS_ICC
TEST_CASE("jxl: the content's profile is kept in a lossless file, and its colours become sRGB") {
  Image image = gradient(32, 24);
  image.set_metadata({.icc = display_p3(), .icc_applied = true});
  const Bytes bytes = encode_jxl(image, {.webp_quality = 100, .colour = FileColour::original});
  const Image back = decode_jxl(bytes, "a");
  CHECK(back.metadata().icc_applied);
  const Image same = decode_image(encode_image(image, "a.png", {.colour = FileColour::original}), "a");
  CHECK(largest_difference(back, same) < 1e-3f);
}

TEST_CASE("jxl: a lossy file keeps its profile, whose colours libjxl has made sRGB") {
  Image image = gradient(32, 24);
  image.set_metadata({.icc = wide_profile(), .icc_applied = true});
  std::vector<std::string> warnings;
  const Image lossy = decode_jxl(encode_jxl(image, {.colour = FileColour::original}, &warnings), "a");
  CHECK(warnings.empty());
  CHECK(mean_difference(lossy, image) < 0.03f);
  CHECK(lossy.metadata().icc == image.metadata().icc);
  CHECK(lossy.metadata().icc_applied);
  // And goes back with it.
  const Image again = decode_image(encode_image(lossy, "a.png", {.colour = FileColour::original}), "a");
  CHECK(mean_difference(again, lossy) < 0.01f);
  CHECK(again.metadata().icc == image.metadata().icc);
}

TEST_CASE("jxl: a damaged profile is left out with a word, for libjxl 0.7 would end the process") {
  Image image = gradient(8, 6);
  const Bytes good = wide_profile();
  std::mt19937 random(7);
  int left_out = 0;
  for (int round = 0; round < 300; ++round) {
    Metadata metadata{.icc = good};
    for (std::uint32_t i = 0; i < 1 + random() % 4; ++i)
      metadata.icc[random() % metadata.icc.size()] = static_cast<std::uint8_t>(random());
    image.set_metadata(metadata);
    std::vector<std::string> warnings;
    const int quality = round % 2 == 0 ? 90 : 100;
    decode_jxl(encode_jxl(image, {.webp_quality = quality, .colour = FileColour::original}, &warnings), "a");
    if (warnings.empty()) continue;
    ++left_out;
    CHECK(contains(warnings[0], "the colour profile was not written, because "));
  }
  CHECK(left_out > 30);
}
#endif

TEST_CASE("jxl: a file cut at any length is refused, damage is read or refused") {
  Image image = gradient(20, 14);
  image.set_alpha(noise_alpha(20, 14, 255));
  image.set_metadata({.xmp = {'x', 'm', 'p'}});
  std::mt19937 random(4);
  int refused = 0;
  for (const int quality : {80, 100}) {
    const Bytes good = encode_jxl(image, {.webp_quality = quality});
    for (std::size_t length = 12; length < good.size(); ++length) {
      CAPTURE(length);
      const std::string message = refusal(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length)));
      CHECK(contains(message, "picture 'a.jxl' is a JPEG XL"));
    }
    for (int round = 0; round < 500; ++round) {
      Bytes bytes = good;
      for (std::uint32_t i = 0; i < 1 + random() % 4; ++i)
        bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
      try {
        decode_jxl(bytes, "damaged");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::input);
        ++refused;
      }
    }
  }
  CHECK(refused > 100);
}

}  // namespace impasto::testing
#endif
