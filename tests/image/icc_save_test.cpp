// Profiles that a format's library may not take, with those that LittleCMS makes.
#ifdef IMPASTO_HAS_ICC
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "image/features.h"
#include "image/formats.h"
#include "image/profiles.h"
#include "image/raw_pictures.h"
#include "impasto/image.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

namespace {

// sRGB values, in part beyond 0..1.
Image noise(int width, int height) {
  Image image(width, height);
  std::mt19937 random(9);
  std::uniform_real_distribution<float> value(-0.1f, 1.1f);
  for (float& pixel : image.pixels()) pixel = value(random);
  return image;
}

Image with_profile(Image image, const Bytes& icc, bool applied) {
  Metadata metadata;
  metadata.icc = icc;
  metadata.icc_applied = applied;
  image.set_metadata(metadata);
  return image;
}

// What a file in the picture's own colours holds.
Image saved(const Image& image, const std::filesystem::path& file, std::vector<std::string>* warnings = nullptr) {
  save_image(image, file, {.colour = FileColour::original}, warnings);
  return load_image(file, {.apply_profile = false});
}

}  // namespace

TEST_CASE("icc: a padded profile is written without its padding, and one of other colours than RGB not at all") {
  const TempFolder folder;
  const Bytes p3 = display_p3();
  Bytes padded = p3;
  padded.resize(padded.size() + 37);
  for (const char* name : {"a.png", "a.jpg", "a.tif", "a.webp"}) {
    if (!format_of_ending(name)->is_built_in()) continue;
    INFO(name);
    for (const bool applied : {true, false}) {
      CHECK(saved(with_profile(Image(4, 4), padded, applied), folder / name).metadata().icc == p3);
    }
    for (const Bytes& icc : {cmyk_profile(), grey_profile(2.2)}) {
      std::vector<std::string> warnings;
      CHECK(saved(with_profile(Image(4, 4), icc, false), folder / name, &warnings).metadata().icc.empty());
      REQUIRE(warnings.size() == 1);
      CHECK(contains(warnings[0], "were not kept, because its profile is not one of RGB"));
    }
  }
}

TEST_CASE("icc: a profile that leads one way only is not kept, and that is said") {
  const TempFolder folder;
  // A scanner's: from its values to colours, and no way back.
  const Sampler light = [](const cmsUInt16Number* in, cmsUInt16Number* out, void*) -> cmsInt32Number {
    out[0] = in[1];
    out[1] = out[2] = 0x8080;
    return TRUE;
  };
  cmsHPROFILE profile = table_profile(cmsSigRgbData);
  for (const cmsTagSignature tag : {cmsSigAToB0Tag, cmsSigAToB1Tag}) add_table(profile, tag, 9, 3, light, nullptr);
  const Bytes icc = saved_profile(profile);
  std::vector<std::string> warnings;
  CHECK(saved(with_profile(Image(4, 4), icc, true), folder / "a.png", &warnings).metadata().icc.empty());
  REQUIRE(warnings.size() == 1);
  CHECK(contains(warnings[0], "were not kept, because nothing can be converted to its profile"));
}

TEST_CASE("icc: a PNG goes without a profile that libpng refuses, in the colours this leaves it, and that is said") {
  const TempFolder folder;
  Bytes longer = display_p3();
  longer[2] = static_cast<std::uint8_t>(longer[2] + 4);  // the stated size: 1024 bytes more than there are
  const Image picture = noise(6, 5);
  for (const bool applied : {true, false}) {
    std::vector<std::string> warnings;
    const Image back = saved(with_profile(picture, longer, applied), folder / "a.png", &warnings);
    CHECK(back.metadata().icc.empty());
    REQUIRE(warnings.size() == 1);
    CHECK(contains(warnings[0], "the colour profile was not written, because libpng refuses it ("));
    CHECK(contains(warnings[0], applied ? "colours are sRGB" : "values are what they were"));
    for (std::size_t i = 0; i < back.pixels().size(); ++i) {
      const float wanted = std::clamp(picture.pixels()[i], 0.0f, 1.0f);
      if (std::abs(back.pixels()[i] - wanted) > 0.51f / 255) FAIL_CHECK("value ", i);
    }
  }
  for (const Bytes& nonsense : {Bytes(300, 7), Bytes(100, 0)}) {
    std::vector<std::string> warnings;
    CHECK(saved(with_profile(picture, nonsense, false), folder / "a.png", &warnings).metadata().icc.empty());
    CHECK(warnings.size() == 1);
  }
  // A damaged table of tags libpng 1.6.39 refuses to write, and 1.6.48 only to read.
  Bytes flawed = display_p3();
  std::fill(flawed.begin() + 128, flawed.begin() + 140, std::uint8_t{0xEE});
  std::vector<std::string> warnings;
  const Bytes file =
      encode_image(with_profile(picture, flawed, false), "a.png", {.colour = FileColour::original}, &warnings);
  CHECK(contains(std::string(file.begin(), file.end()), "iCCP") == warnings.empty());

  // What libpng only wonders at stays: a rendering intent that does not exist.
  Bytes odd = display_p3();
  odd[67] = 9;
  for (const Bytes& good : {display_p3(), odd}) {
    warnings.clear();
    CHECK(saved(with_profile(picture, good, false), folder / "a.png", &warnings).metadata().icc == good);
    CHECK(warnings.empty());
  }
  warnings.clear();
  CHECK(saved(with_profile(picture, display_p3(), true), folder / "a.png", &warnings).metadata().icc == display_p3());
  CHECK(warnings.empty());
}

}  // namespace impasto::testing
#endif
