#include "impasto/pixels.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/sizes.h"
#include "image/limits.h"
#include "image/quantize.h"

namespace impasto::IMPASTO_ABI {
namespace {

std::size_t sample_bytes(Sample sample) { return sample == Sample::u8 ? 1 : sample == Sample::u16 ? 2 : 4; }
bool has_alpha(Channels channels) { return channels == Channels::rgba || channels == Channels::bgra; }
// Where R, G and B stand in a pixel.
std::array<std::size_t, 3> order(Channels channels) {
  const bool reversed = channels == Channels::bgr || channels == Channels::bgra;
  return reversed ? std::array<std::size_t, 3>{2, 1, 0} : std::array<std::size_t, 3>{0, 1, 2};
}

float to_float(std::uint8_t value) { return static_cast<float>(value) / 255.0f; }
float to_float(std::uint16_t value) { return static_cast<float>(value) / 65535.0f; }
float to_float(float value) { return value; }

void store(float value, std::uint8_t& to) { to = to_byte(value, Rounding::nearest); }
void store(float value, std::uint16_t& to) { to = to_word(value); }
void store(float value, float& to) { to = value; }

// The stride in bytes, of a layout that makes sense.
template <class Layout>
std::ptrdiff_t checked_stride(const Layout& layout) {
  require(layout.data != nullptr, ErrorCode::usage, "pixels are at a null pointer; give the address of the first row");
  require(layout.width >= 1 && layout.height >= 1, ErrorCode::input, "pixels of ", layout.width, " x ", layout.height,
          " make no picture; both sides must be at least 1");
  check_image_size(static_cast<std::uint64_t>(layout.width), static_cast<std::uint64_t>(layout.height),
                   "the picture in memory");
  const std::size_t bytes = sample_bytes(layout.sample);
  const auto row = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(layout.width) * bytes *
                                               (has_alpha(layout.channels) ? 4 : 3));
  const std::ptrdiff_t stride = layout.stride == 0 ? row : layout.stride;
  require(stride >= row || stride <= -row, ErrorCode::usage, "rows of pixels are ", stride, " bytes apart and ", row,
          " bytes long; the stride must be at least a row, or 0");
  const auto gap = stride < 0 ? 0 - static_cast<std::uint64_t>(stride) : static_cast<std::uint64_t>(stride);
  require(saturated_product(gap, static_cast<std::uint64_t>(layout.height)) <= kMostBytes, ErrorCode::usage,
          layout.height, " rows of pixels that are ", stride,
          " bytes apart are more than a program can address; give the "
          "stride in bytes");
  const auto address = reinterpret_cast<std::uintptr_t>(layout.data);
  require(address % bytes == 0 && stride % static_cast<std::ptrdiff_t>(bytes) == 0, ErrorCode::usage,
          "pixels with samples of ", bytes, " bytes begin at an address or have a stride (", stride,
          ") that is no multiple of that; align them");
  return stride;
}

template <class T>
Image read(const PixelView& view, std::ptrdiff_t stride) {
  Image image(view.width, view.height);
  const std::array<std::size_t, 3> at = order(view.channels);
  const bool alpha = has_alpha(view.channels);
  std::vector<float> plane(alpha ? image.pixels().size() / 3 : 0);
  float* to = image.pixels().data();
  float* to_alpha = plane.data();
  for (int y = 0; y < view.height; ++y) {
    const T* from = reinterpret_cast<const T*>(static_cast<const std::byte*>(view.data) + y * stride);
    for (int x = 0; x < view.width; ++x, from += alpha ? 4 : 3, to += 3) {
      if (alpha) *to_alpha++ = clipped(to_float(from[3]));
      for (std::size_t c = 0; c < 3; ++c) to[c] = to_float(from[at[c]]);
    }
  }
  if (std::any_of(plane.begin(), plane.end(), [](float a) { return a != 1.0f; })) {
    image.set_alpha(std::move(plane));
  }
  return image;
}

// A colour as a target shows it that keeps alpha apart (`straight`) or that has none.
float shown(float value, float a, AlphaUse use, bool straight) {
  if (straight && use == AlphaUse::over_white && a > 0.0f && a < 1.0f) return (value - (1.0f - a)) / a;
  if (!straight && use == AlphaUse::straight && a < 1.0f) return value * a + (1.0f - a);
  return value;
}

template <class T>
void write(const Image& image, const PixelTarget& target, std::ptrdiff_t stride) {
  const std::array<std::size_t, 3> at = order(target.channels);
  const bool alpha = has_alpha(target.channels);
  const float* from = image.pixels().data();
  const float* from_alpha = image.alpha().empty() ? nullptr : image.alpha().data();
  for (int y = 0; y < target.height; ++y) {
    T* to = reinterpret_cast<T*>(static_cast<std::byte*>(target.data) + y * stride);
    for (int x = 0; x < target.width; ++x, from += 3, to += alpha ? 4 : 3) {
      const float a = from_alpha ? *from_alpha++ : 1.0f;
      for (std::size_t c = 0; c < 3; ++c) store(shown(from[c], a, image.alpha_use(), alpha), to[at[c]]);
      if (alpha) store(a, to[3]);
    }
  }
}

}  // namespace

Image from_pixels(const PixelView& view) {
  const std::ptrdiff_t stride = checked_stride(view);
  return with_memory_error("copying a picture", [&] {
    switch (view.sample) {
      case Sample::u8:
        return read<std::uint8_t>(view, stride);
      case Sample::u16:
        return read<std::uint16_t>(view, stride);
      case Sample::f32:
        break;
    }
    return read<float>(view, stride);
  });
}

void copy_to(const Image& image, const PixelTarget& target) {
  require(!image.empty(), ErrorCode::input, "a picture without pixels cannot be copied; give it at least 1 x 1");
  require(image.width() == target.width && image.height() == target.height, ErrorCode::input, "a picture of ",
          image.width(), " x ", image.height(), " pixels does not fit memory for ", target.width, " x ", target.height,
          "; resize it, or give memory of its size");
  const std::ptrdiff_t stride = checked_stride(target);
  switch (target.sample) {
    case Sample::u8:
      return write<std::uint8_t>(image, target, stride);
    case Sample::u16:
      return write<std::uint16_t>(image, target, stride);
    case Sample::f32:
      return write<float>(image, target, stride);
  }
}

}  // namespace impasto::IMPASTO_ABI
