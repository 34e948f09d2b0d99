// The table of picture formats: every row keeps what it says of itself.
#include "image/formats.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "image/raw_pictures.h"
#include "image/sample_pictures.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

namespace {

std::string usual_name(const PictureFormat& format) { return "a" + std::string(format.endings.front()); }

// Some libraries come without their encoder.
bool is_writable(const PictureFormat& format) {
  return format.is_built_in() && (!format.lacking || format.lacking().empty());
}

// What can be written here, with alpha in part.
std::vector<std::uint8_t> sample(const PictureFormat& format, int bits) {
  Image image = gradient(40, 24);
  image.set_alpha(noise_alpha(40, 24, 255));
  return encode_image(image, usual_name(format), {.jpeg_subsampling = false, .bits = bits, .webp_quality = 100});
}

}  // namespace

TEST_CASE("formats: each has a name, an ending and a library of its own, and its ending finds it in any case") {
  std::set<std::string_view> seen;
  for (const PictureFormat& format : picture_formats()) {
    INFO(format.name);
    CHECK(seen.insert(format.name).second);
    CHECK_FALSE(format.endings.front().empty());
    for (const std::string_view ending : format.endings) {
      if (ending.empty()) continue;
      CHECK(seen.insert(ending).second);
      std::string large(ending);
      std::transform(large.begin(), large.end(), large.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
      CHECK(format_of_ending("some.folder/a" + std::string(ending)) == &format);
      CHECK(format_of_ending("A" + large) == &format);
    }
    CHECK((format.encode != nullptr) == format.is_built_in());
    CHECK((format.version != nullptr) == format.is_built_in());
    CHECK(format.depths.front() == 8);
    CHECK(depths_of(format).starts_with("8"));
  }
  for (const char* name : {"", "a", "a.gif", ".png", "a.png.txt", "a."}) CHECK(format_of_ending(name) == nullptr);
  CHECK(format_of_content({}) == nullptr);
}

TEST_CASE("formats: what a row encodes begins as the row says, and comes back, with alpha where it holds that") {
  for (const PictureFormat& format : picture_formats()) {
    if (!is_writable(format)) continue;
    for (const int bits : format.depths) {
      if (bits == 0) continue;
      INFO(format.name, ", ", bits, " bits");
      const std::vector<std::uint8_t> bytes = sample(format, bits);
      CHECK(format_of_content(bytes) == &format);
      const Image back = decode_image(bytes, "picture");
      REQUIRE(back.width() == 40);
      REQUIRE(back.height() == 24);
      CHECK(back.alpha().empty() == !format.holds_alpha);
      if (!format.holds_alpha) continue;
      CHECK(back.metadata().bits == bits);
      CHECK(largest_difference(back.alpha(), noise_alpha(40, 24, 255)) <=
            0.5f / static_cast<float>((1 << bits) - 1) + 1e-6f);
    }
  }
}

TEST_CASE("formats: the colours of an opaque picture come back, at every depth of a row") {
  for (const PictureFormat& format : picture_formats()) {
    if (!is_writable(format)) continue;
    for (const int bits : format.depths) {
      if (bits == 0) continue;
      INFO(format.name, ", ", bits, " bits");
      const Image image = gradient(40, 24);
      const Image back = decode_image(
          encode_image(image, usual_name(format),
                       {.jpeg_quality = 100, .jpeg_subsampling = false, .bits = bits, .webp_quality = 100}),
          "picture");
      CHECK(back.metadata().bits == bits);
      const float step = 1 / static_cast<float>((1 << bits) - 1);
      CHECK(largest_difference(back, image) <= (std::string_view(format.name) == "JPEG" ? 5 * step : step / 2 + 1e-6f));
    }
  }
}

TEST_CASE("formats: EXIF that begins as in a JPEG is written without that, and turns no picture") {
  for (const PictureFormat& format : picture_formats()) {
    if (!is_writable(format)) continue;
    INFO(format.name);
    Image image = gradient(40, 24);
    image.set_metadata({.exif = make_exif(6, true)});  // on its side, and with the signature
    const Image back = decode_image(encode_image(image, usual_name(format)), "a");
    CHECK(back.width() == 40);
    const auto& exif = back.metadata().exif;
    CHECK((exif.empty() || (exif[0] == 'M' && exif[1] == 'M')));
  }
}

TEST_CASE("formats: depths and sides beyond a row's are refused by its name before the work") {
  const TempFolder folder;
  for (const PictureFormat& format : picture_formats()) {
    if (!is_writable(format)) continue;
    INFO(format.name);
    for (const int bits : {7, 8, 10, 12, 16}) {
      const auto check = [&] { check_image_output(folder / usual_name(format), {.bits = bits}); };
      if (format.has_depth(bits)) {
        check();
      } else {
        CHECK(contains(error_of(ErrorCode::usage, check), std::string(format.name) + " holds " + depths_of(format) +
                                                              " bits a sample, and " + std::to_string(bits)));
      }
    }
    check_image_fits(usual_name(format), format.most_side, format.most_side);
    if (format.most_side == kMaxImageSide) continue;
    const auto refusal =
        error_of(ErrorCode::input, [&] { check_image_fits(usual_name(format), 1, format.most_side + 1); });
    CHECK(contains(refusal, std::string(format.name) + " ends at " + std::to_string(format.most_side)));
    error_of(ErrorCode::input, [&] { encode_image(Image(format.most_side + 1, 1), usual_name(format)); });
  }
}

TEST_CASE("formats: a row that the build lacks names its library and its option") {
  for (PictureFormat format : picture_formats()) {
    format.decode = nullptr;
    const std::string refusal =
        error_of(ErrorCode::input, [&] { fail_absent(format, "picture 'a' cannot be read", ErrorCode::input); });
    CHECK(contains(refusal, std::string("lacks ") + format.library + ", so it has no " + format.name));
    CHECK(contains(refusal, std::string("build it with -D") + format.option + "=ON"));
  }
}

TEST_CASE("formats: the lists for messages name each ending once, and PNG's last") {
  const std::string endings = writable_endings();
  for (const PictureFormat& format : picture_formats()) {
    for (const std::string_view ending : format.endings) {
      if (!ending.empty()) CHECK(contains(endings + " ", std::string(ending)) == format.is_built_in());
    }
  }
  if (format_of_ending("a.png")->is_built_in()) {
    CHECK(endings.ends_with(" or .png"));
    CHECK(endings_of_depth(16).starts_with(".png"));
  }
  CHECK_FALSE(contains(endings_of_depth(16), ".jpg"));
}

}  // namespace impasto::testing
