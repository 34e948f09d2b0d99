// Pictures in other people's memory.
#include "impasto/pixels.h"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "support/error_of.h"

namespace impasto::testing {
namespace {

TEST_CASE_TEMPLATE("pixels: every layout comes back as it was, with its gaps untouched", T, std::uint8_t, std::uint16_t,
                   float) {
  constexpr Sample sample = sizeof(T) == 1 ? Sample::u8 : sizeof(T) == 2 ? Sample::u16 : Sample::f32;
  constexpr double most = sizeof(T) == 1 ? 255 : sizeof(T) == 2 ? 65535 : 1;
  constexpr int W = 5, H = 4;
  for (const Channels channels : {Channels::rgb, Channels::rgba, Channels::bgr, Channels::bgra}) {
    const std::size_t n = channels == Channels::rgba || channels == Channels::bgra ? 4 : 3;
    for (const std::size_t gap : {0U, 3U}) {
      const std::size_t row = W * n + gap;
      std::vector<T> from(row * H), to(row * H, T(1));
      for (std::size_t i = 0; i < from.size(); ++i) {
        const double value = static_cast<double>((37 * i) % 101) / 100;
        from[i] = static_cast<T>(value * most);
        if (n == 4 && i % row % 4 == 3) from[i] = static_cast<T>(most);  // opaque
      }
      const auto stride = static_cast<std::ptrdiff_t>(row * sizeof(T));
      const Image image = from_pixels({from.data(), W, H, sample, channels, stride});
      const bool reversed = channels == Channels::bgr || channels == Channels::bgra;
      CHECK(image.at(2, 1, 0) ==
            doctest::Approx(static_cast<double>(from[row + 2 * n + (reversed ? 2 : 0)]) / most).epsilon(1e-6));
      copy_to(image, {to.data(), W, H, sample, channels, stride});
      for (std::size_t i = 0; i < to.size(); ++i) {
        if (i % row < W * n)
          CHECK(to[i] == from[i]);
        else
          CHECK(to[i] == T(1));
      }
    }
  }
}

TEST_CASE("pixels: alpha is kept aside, colours stay straight, and are seen over white where a target has no alpha") {
  const std::array<std::uint8_t, 8> from{200, 100, 50, 128, 10, 20, 30, 255};
  const Image image = from_pixels({from.data(), 2, 1, Sample::u8, Channels::rgba});
  REQUIRE(image.alpha().size() == 2);
  const float a = 128 / 255.0F;
  CHECK(image.alpha()[0] == a);
  CHECK(image.alpha_use() == AlphaUse::straight);
  CHECK(image.at(0, 0, 0) == 200 / 255.0F);
  std::array<std::uint8_t, 8> back{};
  copy_to(image, {back.data(), 2, 1, Sample::u8, Channels::rgba});
  CHECK(back == from);
  std::array<std::uint8_t, 6> opaque{};
  copy_to(image, {opaque.data(), 2, 1, Sample::u8, Channels::rgb});
  CHECK(opaque[0] == 227);  // 200 * 128 / 255 + 127 = 227.4
  CHECK(opaque[3] == 10);
}

TEST_CASE("pixels: rows may lie bottom up") {
  std::vector<float> values(2 * 3 * 3);
  std::iota(values.begin(), values.end(), 0.0F);
  const Image image = from_pixels(
      {values.data() + 9, 3, 2, Sample::f32, Channels::rgb, -static_cast<std::ptrdiff_t>(9 * sizeof(float))});
  CHECK(image.at(0, 0, 0) == 9);
  CHECK(image.at(2, 1, 2) == 8);
}

TEST_CASE("pixels: floats beyond 0..1 stay, integers are clipped") {
  const std::array<float, 3> from{-0.25F, 1.5F, std::numeric_limits<float>::quiet_NaN()};
  const Image image = from_pixels({from.data(), 1, 1, Sample::f32, Channels::rgb});
  CHECK(image.at(0, 0, 1) == 1.5F);
  std::array<std::uint16_t, 3> words{};
  copy_to(image, {words.data(), 1, 1, Sample::u16, Channels::rgb});
  CHECK(words == std::array<std::uint16_t, 3>{0, 65535, 0});
}

TEST_CASE("pixels: a vector of floats is taken over without a copy") {
  std::vector<float> values(4 * 3 * 3, 0.5F);
  const float* memory = values.data();
  const Image image(4, 3, std::move(values));
  CHECK(image.pixels().data() == memory);
  CHECK(contains(error_of(ErrorCode::input, [] { Image(4, 3, std::vector<float>(35)); }), "has 36 values, and 35"));
}

TEST_CASE("pixels: layouts that make no sense are refused") {
  std::array<std::uint16_t, 64> memory{};
  const auto refused = [&](ErrorCode code, const PixelView& view, const char* part) {
    CHECK(contains(error_of(code, [&] { from_pixels(view); }), part));
  };
  refused(ErrorCode::usage, {nullptr, 2, 2}, "null pointer");
  refused(ErrorCode::input, {memory.data(), 0, 2}, "0 x 2");
  refused(ErrorCode::input, {memory.data(), 2000000, 2}, "2000000");
  refused(ErrorCode::usage, {memory.data(), 4, 2, Sample::u8, Channels::rgb, 11}, "11 bytes apart and 12 bytes long");
  refused(ErrorCode::usage, {memory.data(), 2, 2, Sample::u16, Channels::rgb, 13}, "no multiple");
  constexpr std::ptrdiff_t far = std::numeric_limits<std::ptrdiff_t>::max() / 2;
  for (const std::ptrdiff_t stride : {far, -far, std::numeric_limits<std::ptrdiff_t>::min()}) {
    refused(ErrorCode::usage, {memory.data(), 2, 3, Sample::u8, Channels::rgb, stride},
            "more than a program can address");
  }
  const Image image(3, 2);
  CHECK(contains(error_of(ErrorCode::input, [&] { copy_to(image, {memory.data(), 2, 2}); }), "does not fit"));
  CHECK(contains(error_of(ErrorCode::input, [&] { copy_to(Image(), {memory.data(), 2, 2}); }), "without pixels"));
}

}  // namespace
}  // namespace impasto::testing
