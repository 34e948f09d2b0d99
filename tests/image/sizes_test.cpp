// Sizes of pictures: limits, what a header may promise, and which formats end where. No memory of such sizes is taken.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "image/formats.h"
#include "image/limits.h"
#include "image/resample.h"
#include "impasto/error.h"
#include "impasto/image.h"
#include "support/error_of.h"

namespace impasto::testing {

namespace {

constexpr std::uint64_t kMuch = std::uint64_t{1} << 40;  // bytes of memory

void promise(std::uint64_t width, std::uint64_t height, std::uint64_t bytes, double held = 0,
             std::uint64_t free = kMuch) {
  check_promise({width, height, bytes, held}, "picture 'a'", free);
}

}  // namespace

TEST_CASE("sizes: sides to 2^20 and 2^34 pixels are allowed, and nothing beyond, whatever the product") {
  check_image_size(kMaxImageSide, 1, "a");
  check_image_size(1 << 17, 1 << 17, "a");
  check_image_size(kMaxImageSide, 1 << 14, "a");
  const auto refusal = [](std::uint64_t width, std::uint64_t height) {
    return error_of(ErrorCode::input, [&] { check_image_size(width, height, "picture 'a'"); });
  };
  CHECK(
      refusal(kMaxImageSide + 1, 1) ==
      "picture 'a' has 1048577 x 1 pixels; wanted are 1 to 1048576 a side and at most 17179869184 in all, so scale it "
      "to that first");
  refusal(1 << 17, (1 << 17) + 1);
  refusal(std::uint64_t{1} << 63, 2);
  refusal(std::uint64_t{1} << 32, std::uint64_t{1} << 32);
  refusal(0, 1);
}

TEST_CASE("sizes: a few bytes may promise 2^26 pixels, and more at 2^14 a byte") {
  promise(1 << 13, 1 << 13, 1);
  promise(1 << 17, 1 << 17, 1 << 20);
  CHECK(error_of(ErrorCode::input, [] { promise(20000, 15000, 18309); }) ==
        "picture 'a' promises 20000 x 15000 pixels, more than a picture of 18309 bytes has; copy or download it again");
  promise(20000, 15000, 18310);
}

TEST_CASE("sizes: a picture for which too little memory is free is refused with what it takes") {
  promise(20000, 15000, 1 << 20, 0, 3'600'000'000);
  error_of(ErrorCode::io, [] { promise(20000, 15000, 1 << 20, 0, 3'599'999'999); });
  error_of(ErrorCode::io, [] { promise(20000, 15000, 1 << 20, 4, 3'600'000'000); });
  const std::string sentence = error_of(ErrorCode::io, [] { promise(1 << 15, 1 << 15, 1 << 20, 4, 1 << 30); });
  CHECK(contains(sentence,
                 "picture 'a' has 32768 x 32768 pixels, which take 16384 MiB of memory, and 1024 MiB are free"));
}

TEST_CASE("sizes: a size beyond a format names those that hold it") {
  for (const PictureFormat& format : picture_formats()) {
    if (!format.is_built_in() || format.most_side == kMaxImageSide) continue;
    INFO(format.name);
    const std::string refusal = error_of(ErrorCode::input, [&] {
      check_image_fits("a" + std::string(format.endings.front()), format.most_side + 1, 10);
    });
    for (const PictureFormat& other : picture_formats()) {
      const bool named = contains(refusal + " ", " " + std::string(other.endings.front()) + " ") ||
                         contains(refusal, " " + std::string(other.endings.front()) + ",");
      CHECK(named == (other.is_built_in() && other.most_side > format.most_side));
    }
  }
  CHECK(endings_of_side(kMaxImageSide + 1).empty());
}

TEST_CASE("sizes: the shares of old pixels add up to 1 at the longest side") {
  const std::vector<Span> spans = area_spans(Context(1), kMaxImageSide, kMaxImageSide - 1);
  const Span& last = spans.back();
  REQUIRE(last.weights.size() == 2);
  CHECK(last.first == static_cast<std::size_t>(kMaxImageSide) - 2);
  CHECK(last.weights[0] + last.weights[1] == 1.0f);
}

}  // namespace impasto::testing
