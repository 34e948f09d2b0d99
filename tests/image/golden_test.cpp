// JPEG decoding and resizing against TensorFlow.
#include "support/golden.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "impasto/image.h"

namespace impasto {
namespace {

using testing::golden_bytes;
using testing::golden_tensor;

// `golden_*.npy` of bytes: the numbers follow a 128-byte header (npy version 1 pads to 64).
std::vector<std::uint8_t> golden_levels(const std::string& name, std::size_t count) {
  const std::vector<std::uint8_t> bytes = golden_bytes(name);
  REQUIRE(bytes.size() > count);
  return {bytes.end() - static_cast<std::ptrdiff_t>(count), bytes.end()};
}

int worst_level(const Image& image, const std::vector<std::uint8_t>& levels) {
  int worst = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<int>(std::lround(image.pixels()[i] * 255)) - levels[i]));
  }
  return worst;
}

TEST_CASE("image: JPEG decoding agrees with TensorFlow's, default and accurate, within one grey level") {
  for (const std::string kind : {"baseline", "progressive", "grey"}) {
    for (const bool fast : {true, false}) {
      INFO(kind, fast ? ", default" : ", accurate");
      const Image image = decode_image(golden_bytes("golden_" + kind + ".jpg"), kind, {.fast_dct = fast});
      REQUIRE(image.width() == 61);
      REQUIRE(image.height() == 47);
      const std::string file = "golden_" + kind + (fast ? "_default.npy" : "_accurate.npy");
      CHECK(worst_level(image, golden_levels(file, image.pixels().size())) <= 1);
    }
  }
}

TEST_CASE("image: resizing agrees with TensorFlow's, with and without antialiasing, within 1e-5") {
  const Image image = decode_image(golden_bytes("golden_baseline.jpg"), "baseline", {.fast_dct = true});
  struct Case {
    int width, height;
    bool antialias;
  };
  for (const Case& c : {Case{45, 31, false}, {45, 31, true}, {80, 53, false}, {90, 20, true}}) {
    const std::string file = text("golden_resize_", c.width, "x", c.height, c.antialias ? "_antialias" : "", ".npy");
    INFO(file);
    const Tensor<float> wanted = golden_tensor<float>(file);
    const Image resized =
        c.antialias ? resize_antialiased(image, c.width, c.height) : resize_bilinear(image, c.width, c.height);
    REQUIRE(static_cast<Index>(resized.pixels().size()) == wanted.shape().count());
    std::vector<double> scaled(wanted.values().begin(), wanted.values().end());
    for (double& value : scaled) value /= 255;
    CHECK(testing::worst_difference<float>(resized.pixels(), scaled) < 1e-5);
  }
}

TEST_CASE("image: resizing by Lanczos agrees with Pillow's, shrinking, enlarging and both, within 1e-5") {
  const Image image = decode_image(golden_bytes("golden_baseline.jpg"), "baseline", {.fast_dct = true});
  for (const auto& [width, height] : {std::pair(17, 13), {67, 52}, {61, 20}, {5, 94}}) {
    const std::string file = text("golden_lanczos_", width, "x", height, ".npy");
    INFO(file);
    const Tensor<float> wanted = golden_tensor<float>(file);
    const Image resized = resize(image, width, height, {.filter = Filter::lanczos3});
    REQUIRE(static_cast<Index>(resized.pixels().size()) == wanted.shape().count());
    std::vector<double> scaled(wanted.values().begin(), wanted.values().end());
    for (double& value : scaled) value /= 255;
    CHECK(testing::worst_difference<float>(resized.pixels(), scaled) < 1e-5);
  }
}

}  // namespace
}  // namespace impasto
