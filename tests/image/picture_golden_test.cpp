// HEIC, AVIF and JPEG XL that other programs wrote, against what other programs read in them (tests/golden/README.md).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "image/formats.h"
#include "impasto/image.h"
#include "support/golden.h"

namespace impasto::testing {
namespace {

struct Golden {
  const char* name;  // golden_picture_<name>.<ending>
  const char* ending;
  float tolerance;  // of 255
  int bits = 8;
  bool turned = false, alpha = false, profile = false;
};

// In 4:2:0 libheif repeats the chroma up to version 1.15, and libavif interpolates it. A profile costs the reference,
// which converts by eight bits, one level more; lossy JPEG XL differs by the rounding of two versions' transforms.
constexpr Golden kGoldens[] = {
    {"444", "heic", 1.01f},
    {"420", "heic", 6},
    {"turned", "heic", 1.01f, 8, true},
    {"alpha", "heic", 1.01f, 8, false, true},
    {"icc", "heic", 2.01f, 8, false, false, true},
    {"ten", "heic", 0.5f, 10},
    {"444", "avif", 1.01f},
    {"420", "avif", 9},
    {"eight", "jxl", 0.01f},
    {"sixteen", "jxl", 0.005f, 16},
    {"alpha", "jxl", 0.01f, 8, false, true},
    {"premultiplied", "jxl", 0.01f, 8, false, true},
    {"lossy", "jxl", 0.6f},
    {"turned", "jxl", 0.6f, 8, true},
    {"icc", "jxl", 0.6f, 8, false, false, true},
};

// Levels of `golden_picture_<name>_<ending>.npy`, 0..1: `count` numbers of one or two bytes behind the header.
std::vector<float> levels_of(const Golden& golden, std::size_t count) {
  const std::vector<std::uint8_t> bytes =
      golden_bytes(std::string("golden_picture_") + golden.name + "_" + golden.ending + ".npy");
  const std::size_t size = bytes.size() > 2 * count ? 2 : 1;
  REQUIRE(bytes.size() > size * count);
  const std::uint8_t* from = bytes.data() + bytes.size() - size * count;
  std::vector<float> levels(count);
  for (std::size_t i = 0; i < count; ++i, from += size) {
    levels[i] = static_cast<float>(size == 1 ? from[0] / 255.0 : (from[0] | from[1] << 8) / 65535.0);
  }
  return levels;
}

// The largest difference, of 255, and where the picture goes beyond what levels hold, that of what they can.
float worst_of(const Image& image, const std::vector<float>& levels) {
  const std::size_t channels = image.alpha().empty() ? 3 : 4;
  float worst = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::size_t pixel = i / channels, channel = i % channels;
    const float got = channel == 3 ? image.alpha()[pixel] : image.pixels()[3 * pixel + channel];
    worst = std::max(worst, std::abs(std::clamp(got, 0.0f, 1.0f) - levels[i]));
  }
  return 255 * worst;
}

TEST_CASE("image: HEIC, AVIF and JPEG XL of other programs are read as others read them") {
  for (const Golden& golden : kGoldens) {
    const std::string file = std::string("golden_picture_") + golden.name + "." + golden.ending;
    CAPTURE(file);
    if (!format_of_ending(file)->is_built_in()) continue;
    const Image image = decode_image(golden_bytes(file), file);
    REQUIRE(image.width() == (golden.turned ? 18 : 24));
    REQUIRE(image.height() == (golden.turned ? 24 : 18));
    REQUIRE(image.alpha().empty() != golden.alpha);
    CHECK(image.metadata().bits == golden.bits);
    CHECK(image.metadata().warnings.empty());
#ifdef IMPASTO_HAS_ICC
    CHECK(image.metadata().icc.empty() != golden.profile);
    CHECK(image.metadata().icc_applied == golden.profile);
#else
    if (golden.profile) continue;
#endif
    const std::size_t channels = golden.alpha ? 4 : 3;
    const float worst = worst_of(image, levels_of(golden, channels * 24 * 18));
    CAPTURE(worst);
    CHECK(worst <= golden.tolerance);
  }
}

}  // namespace
}  // namespace impasto::testing
