// HEIC and AVIF; files of the kinds the library does not write are made with libheif directly.
#include "image/heif.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "image/features.h"

namespace impasto::testing {

TEST_CASE("heif: the kind is told by the first brand, or by the others where that names no codec") {
  const auto kind = [](const std::string& brands) {
    std::string box = std::string("\0\0\0", 3) + static_cast<char>(12 + brands.size()) + "ftyp" + brands.substr(0, 4) +
                      std::string(4, '\0') + brands.substr(4);
    return heif_kind({reinterpret_cast<const std::uint8_t*>(box.data()), box.size()});
  };
  for (const char* brand : {"heic", "heix", "heim", "heis"}) CHECK(kind(brand) == HeifKind::heic);
  for (const char* brand : {"hevc", "hevx", "msf1"}) CHECK(kind(brand) == HeifKind::heic_sequence);
  CHECK(kind("avif") == HeifKind::avif);
  CHECK(kind("avis") == HeifKind::avif_sequence);
  CHECK(kind("mif1heicmiaf") == HeifKind::heic);
  CHECK(kind("mif1miafavif") == HeifKind::avif);
  CHECK(kind("msf1avis") == HeifKind::avif_sequence);
  CHECK(kind("heicmsf1") == HeifKind::heic);  // a live photograph's still
  for (const char* brand : {"crx ", "mp42", "jxl "}) CHECK(kind(brand) == HeifKind::none);
  CHECK(heif_kind({}) == HeifKind::none);
}

}  // namespace impasto::testing

#ifdef IMPASTO_HAS_HEIF

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "image/exif.h"
#include "image/heif_handles.h"
#include "image/raw_pictures.h"
#include "image/sample_pictures.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

#ifdef IMPASTO_HAS_ICC
#include "image/profiles.h"
#endif

namespace impasto::testing {

namespace {

std::string refusal(const Bytes& bytes) {
  return error_of(ErrorCode::input, [&] { decode_heif(bytes, "picture 'a.heic'"); });
}

struct Coding {
  const char* name;
  std::vector<std::uint8_t> (*encode)(const Image&, const EncodeOptions&, std::vector<std::string>*);
};

// Those whose encoder is there.
std::vector<Coding> codings() {
  std::vector<Coding> there;
  if (heic_encoder_lacking().empty()) there.push_back({"a.heic", encode_heic});
  if (avif_encoder_lacking().empty()) there.push_back({"a.avif", encode_avif});
  return there;
}

// A plane of one value or of red, green and blue, with what a test asks of libheif besides.
struct RawHeif {
  heif_compression_format format = heif_compression_AV1;
  int width = 8, height = 8, bits = 8;
  std::vector<std::array<int, 4>> pixels;  // of width * height, or of one for all
  bool grey = false, alpha = false, premultiplied = false;
  heif_orientation turn = heif_orientation_normal;
  int primaries = 1, transfer = 13;
};

Bytes make_heif(const RawHeif& raw) {
  const HeifContext context = heif_new_context();
  heif_image* made = nullptr;
  const heif_chroma deep = raw.alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE;
  const heif_chroma plain = raw.alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
  const heif_chroma chroma = raw.grey ? heif_chroma_monochrome : raw.bits > 8 ? deep : plain;
  REQUIRE(heif_image_create(raw.width, raw.height, raw.grey ? heif_colorspace_monochrome : heif_colorspace_RGB, chroma,
                            &made)
              .code == heif_error_Ok);
  const HeifImage image(made);
  const heif_channel channel = raw.grey ? heif_channel_Y : heif_channel_interleaved;
  REQUIRE(heif_image_add_plane(made, channel, raw.width, raw.height, raw.bits).code == heif_error_Ok);
  int stride = 0;
  std::uint8_t* plane = heif_image_get_plane(made, channel, &stride);
  const int samples = raw.grey ? 1 : raw.alpha ? 4 : 3;
  for (int y = 0; y < raw.height; ++y) {
    std::uint8_t* to = plane + static_cast<std::ptrdiff_t>(stride) * y;
    for (int x = 0; x < raw.width; ++x) {
      const auto& pixel = raw.pixels[raw.pixels.size() == 1 ? 0 : static_cast<std::size_t>(y * raw.width + x)];
      for (int c = 0; c < samples; ++c) {
        *to++ = static_cast<std::uint8_t>(pixel[static_cast<std::size_t>(c)]);
        if (raw.bits > 8) *to++ = static_cast<std::uint8_t>(pixel[static_cast<std::size_t>(c)] >> 8);
      }
    }
  }
  if (raw.premultiplied) heif_image_set_premultiplied_alpha(made, 1);
  heif_encoder* found = nullptr;
  REQUIRE(heif_context_get_encoder_for_format(context.get(), raw.format, &found).code == heif_error_Ok);
  const HeifEncoder encoder(found);
  heif_encoder_set_lossless(found, 1);
  if (!raw.grey) heif_encoder_set_parameter_string(found, "chroma", "444");
  const HeifNclx nclx(heif_nclx_color_profile_alloc());
  heif_nclx_color_profile_set_color_primaries(nclx.get(), static_cast<std::uint16_t>(raw.primaries));
  heif_nclx_color_profile_set_transfer_characteristics(nclx.get(), static_cast<std::uint16_t>(raw.transfer));
  nclx->matrix_coefficients = raw.grey ? heif_matrix_coefficients_ITU_R_BT_601_6 : heif_matrix_coefficients_RGB_GBR;
  nclx->full_range_flag = 1;
  const HeifEncoding how(heif_encoding_options_alloc());
  heif_image_set_nclx_color_profile(made, nclx.get());
  how->image_orientation = raw.turn;
  heif_image_handle* handle = nullptr;
  const heif_error error = heif_context_encode_image(context.get(), made, found, how.get(), &handle);
  const HeifHandle freed(handle);
  REQUIRE_MESSAGE(error.code == heif_error_Ok, std::string(error.message));
  Bytes bytes;
  heif_writer writer{1, [](heif_context*, const void* data, std::size_t size, void* sink) {
                       const auto* from = static_cast<const std::uint8_t*>(data);
                       auto* to = static_cast<Bytes*>(sink);
                       to->insert(to->end(), from, from + size);
                       return heif_error{heif_error_Ok, heif_suberror_Unspecified, ""};
                     }};
  REQUIRE(heif_context_write(context.get(), &writer, &bytes).code == heif_error_Ok);
  return bytes;
}

bool has_avif() { return avif_encoder_lacking().empty(); }

}  // namespace

TEST_CASE("heif: lossless keeps every depth to the last bit, lossy a smooth picture closely, alpha both times") {
  for (const Coding& coding : codings()) {
    for (const int bits : {8, 10, 12}) {
      if (bits == 10 && coding.encode == encode_avif) continue;
      INFO(coding.name, ", ", bits, " bits");
      const auto levels = static_cast<std::uint32_t>((1 << bits) - 1);
      Image image = noise(21, 17, levels);
      image.set_alpha(noise_alpha(21, 17, levels));
      const Image back = decode_heif(coding.encode(image, {.bits = bits, .webp_quality = 100}, nullptr), "a");
      CHECK(largest_difference(back, image) < 1e-6f);
      CHECK(largest_difference(back.alpha(), image.alpha()) < 1e-6f);
      CHECK(back.metadata().bits == bits);
      const Image smooth = gradient(64, 48);
      const Bytes lossy = coding.encode(smooth, {.bits = bits, .webp_quality = 90}, nullptr);
      CHECK(largest_difference(decode_heif(lossy, "a"), smooth) < 10.0f / 255);
      CHECK(decode_heif(lossy, "a").alpha().empty());
    }
    const Image wild = noise(64, 48, 255);
    CHECK(coding.encode(wild, {.webp_quality = 10}, nullptr).size() <
          coding.encode(wild, {.webp_quality = 90}, nullptr).size() / 2);
    const Image one = decode_heif(coding.encode(Image(1, 1), {}, nullptr), "a");
    CHECK(one.width() == 1);
    CHECK(one.height() == 1);
  }
}

TEST_CASE("heif: EXIF and XMP travel, and the file's orientation counts once") {
  for (const Coding& coding : codings()) {
    INFO(coding.name);
    Image image = gradient(20, 12);
    Metadata metadata;
    const Bytes segment = make_exif(6, true);
    const auto block = exif_of_app1(segment);
    metadata.exif.assign(block.begin(), block.end());
    const std::string xmp = "<x:xmpmeta tiff:Orientation=\"6\"/>";
    metadata.xmp.assign(xmp.begin(), xmp.end());
    image.set_metadata(metadata);
    const Image back = decode_heif(coding.encode(image, {}, nullptr), "a");
    CHECK(back.width() == 20);
    CHECK(back.metadata().exif.size() == metadata.exif.size());
    CHECK(exif_orientation(back.metadata().exif) == 1);
    CHECK(contains(std::string(back.metadata().xmp.begin(), back.metadata().xmp.end()), "tiff:Orientation=\"1\""));
    Image odd = gradient(20, 12);
    odd.set_metadata({.exif = {'n', 'o', 'n', 'e'}});
    CHECK(decode_heif(coding.encode(odd, {}, nullptr), "a").width() == 20);
    const Image none = decode_heif(coding.encode(image, {.keep_metadata = false}, nullptr), "a");
    CHECK(none.metadata().exif.empty());
    CHECK(none.metadata().xmp.empty());
  }
  if (!has_avif()) return;
  // The first pixel red, in each way a file may lie.
  struct Turned {
    heif_orientation turn;
    int x, y;
  };
  for (const Turned& turned : {Turned{heif_orientation_normal, 0, 0},
                               {heif_orientation_flip_horizontally, 15, 0},
                               {heif_orientation_rotate_180, 15, 7},
                               {heif_orientation_flip_vertically, 0, 7},
                               {heif_orientation_rotate_90_cw, 7, 0},
                               {heif_orientation_rotate_270_cw, 0, 15}}) {
    CAPTURE(static_cast<int>(turned.turn));
    RawHeif raw{.width = 16, .height = 8, .turn = turned.turn};
    raw.pixels.assign(16 * 8, {0, 0, 255, 0});
    raw.pixels[0] = {255, 0, 0, 0};
    const Image image = decode_heif(make_heif(raw), "a");
    const bool on_its_side =
        turned.turn == heif_orientation_rotate_90_cw || turned.turn == heif_orientation_rotate_270_cw;
    REQUIRE(image.width() == (on_its_side ? 8 : 16));
    CHECK(image.at(turned.x, turned.y, 0) > 0.9f);
    CHECK(image.at(turned.x, turned.y, 2) < 0.1f);
  }
}

TEST_CASE("heif: alpha that was multiplied in is divided out, and grey is grey at each depth") {
  if (!has_avif()) return;
  const Image half =
      decode_heif(make_heif({.pixels = {{100, 50, 25, 128}}, .alpha = true, .premultiplied = true}), "a");
  CHECK(half.alpha()[5] == doctest::Approx(128.0f / 255));
  CHECK(half.at(3, 3, 0) == doctest::Approx(100.0f / 128).epsilon(0.01));
  CHECK(half.at(3, 3, 2) == doctest::Approx(25.0f / 128).epsilon(0.03));
  for (const int bits : {8, 12}) {  // libheif 1.15's encoder fails at grey of 10 bits
    CAPTURE(bits);
    const int value = 100 << (bits - 8);
    const Image grey = decode_heif(make_heif({.bits = bits, .pixels = {{value}}, .grey = true}), "a");
    const float wanted = static_cast<float>(value) / static_cast<float>((1 << bits) - 1);
    for (int c = 0; c < 3; ++c) CHECK(grey.at(2, 2, c) == doctest::Approx(wanted).epsilon(0.001));
    CHECK(grey.metadata().bits == bits);
  }
}

TEST_CASE("heif: colours by numbers become sRGB, and HDR is refused by name") {
  if (!has_avif()) return;
  const Image srgb = decode_heif(make_heif({.pixels = {{255, 128, 0}}}), "a");
  CHECK(srgb.at(0, 0, 1) == doctest::Approx(128.0f / 255));
  CHECK(srgb.metadata().warnings.empty());
  // Display P3: its green is beyond sRGB's. Values of (0, 1, 0) by the matrices of SMPTE EG 432-1 and IEC 61966-2-1.
  const Bytes p3 = make_heif({.pixels = {{0, 255, 0}}, .primaries = 12});
  const Image green = decode_heif(p3, "a");
  CHECK(green.at(0, 0, 0) == doctest::Approx(-0.5116f).epsilon(0.002));
  CHECK(green.at(0, 0, 1) == doctest::Approx(1.0183f).epsilon(0.002));
  CHECK(green.at(0, 0, 2) == doctest::Approx(-0.3107f).epsilon(0.002));
  CHECK(green.metadata().colours_by == "nclx");
  CHECK(decode_heif(p3, "a", {.apply_profile = false}).at(0, 0, 0) < 0.01f);
  CHECK(decode_heif(make_heif({.pixels = {{0, 255, 0}}, .primaries = 9}), "a").at(0, 0, 0) < -0.6f);
  for (const auto& [transfer, name] : {std::pair(16, "PQ"), {18, "HLG"}}) {
    const Bytes hdr = make_heif({.bits = 12, .pixels = {{2000, 2000, 2000}}, .primaries = 9, .transfer = transfer});
    CHECK(contains(refusal(hdr), std::string("is an AVIF of HDR colours (nclx names ") + name + " of BT.2100)"));
  }
}

#ifdef IMPASTO_HAS_ICC
TEST_CASE("heif: the content's profile is kept, and its colours become sRGB") {
  for (const Coding& coding : codings()) {
    for (const int quality : {90, 100}) {
      INFO(coding.name, ", quality ", quality);
      Image image = gradient(32, 24);
      image.set_metadata({.icc = display_p3(), .icc_applied = true});
      const Bytes bytes = coding.encode(image, {.webp_quality = quality, .colour = FileColour::original}, nullptr);
      const Image back = decode_heif(bytes, "a");
      CHECK(back.metadata().icc == display_p3());
      CHECK(back.metadata().icc_applied);
      const Image same = decode_image(encode_image(image, "a.png", {.colour = FileColour::original}), "a");
      CHECK(largest_difference(back, same) < (quality == 100 ? 1e-6f : 0.15f));
      // In the file's own colours the reds of sRGB are less red.
      CHECK(decode_heif(bytes, "a", {.apply_profile = false}).at(31, 0, 0) < 0.93f);
    }
  }
}
#endif

TEST_CASE("heif: sequences are refused by name, and so are sides beyond the format's") {
  for (const Coding& coding : codings()) {
    Bytes bytes = coding.encode(gradient(16, 16), {}, nullptr);
    const std::string brand = coding.encode == encode_heic ? "hevc" : "avis";
    std::copy(brand.begin(), brand.end(), bytes.begin() + 8);
    CHECK(contains(refusal(bytes), coding.encode == encode_heic
                                       ? "is a HEIC of several pictures (an animation or a burst)"
                                       : "is an AVIF of several pictures"));
  }
  CHECK(
      contains(error_of(ErrorCode::input, [] { encode_heic(Image(kMaxHeicSide + 1, 1), {}); }), "HEIC, which ends at"));
  CHECK(
      contains(error_of(ErrorCode::input, [] { encode_avif(Image(kMaxAvifSide + 1, 1), {}); }), "AVIF, which ends at"));
}

TEST_CASE("heif: strips that x265 refuses are refused by size, before the work too") {
  if (!heic_encoder_lacking().empty()) return;
  const std::string words = "below 32 on one side HEIC's encoder takes at most 4216 on the other";
  CHECK(contains(error_of(ErrorCode::input, [] { encode_heic(Image(4217, 31), {}); }), words));
  CHECK(contains(error_of(ErrorCode::input, [] { check_image_fits("a.heic", 31, 4217); }), words));
  check_image_fits("a.heic", 4217, 32);
  check_image_fits("a.avif", 4217, 1);
  for (const auto& [width, height] : {std::pair(4216, 1), {31, 4216}, {4217, 32}}) {
    const Image back = decode_heif(encode_heic(Image(width, height), {}), "a");
    CHECK(back.width() == width);
    CHECK(back.height() == height);
  }
}

TEST_CASE("heif: a file cut at any length is refused") {
  for (const Coding& coding : codings()) {
    Image image = gradient(20, 14);
    image.set_alpha(noise_alpha(20, 14, 255));
    const Bytes bytes = coding.encode(image, {}, nullptr);
    for (std::size_t length = 12; length < bytes.size(); length += length < 700 ? 1 : 5) {
      CAPTURE(length);
      const std::string message = refusal(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)));
      CHECK(contains(message, "picture 'a.heic' is a"));
    }
  }
}

TEST_CASE("heif: damaged files are read or refused") {
  std::mt19937 random(4);
  int refused = 0;
  for (const Coding& coding : codings()) {
    const Bytes good = coding.encode(gradient(20, 14), {}, nullptr);
    for (int round = 0; round < 400; ++round) {
      Bytes bytes = good;
      for (std::uint32_t i = 0; i < 1 + random() % 4; ++i)
        bytes[12 + random() % (bytes.size() - 12)] = static_cast<std::uint8_t>(random());
      try {
        decode_heif(bytes, "damaged");
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::input);
        ++refused;
      }
    }
  }
  CHECK((refused > 100 || codings().empty()));
}

}  // namespace impasto::testing

#endif
