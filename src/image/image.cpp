#include "impasto/image.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/machine.h"
#include "base/memory_pool.h"
#include "base/sizes.h"
#include "image/limits.h"
#include "image/quantize.h"

namespace impasto::IMPASTO_ABI {

void check_image_size(std::uint64_t width, std::uint64_t height, const std::string& what) {
  constexpr std::uint64_t side = kMaxImageSide;
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  constexpr std::uint64_t pixels = 1 << 18;  // a fuzzer's time goes into what is small
#else
  constexpr std::uint64_t pixels = kMaxImagePixels;
#endif
  const bool good = width >= 1 && height >= 1 && width <= side && height <= side && width * height <= pixels;
  require(good, ErrorCode::input, what, " has ", width, " x ", height, " pixels; wanted are 1 to ", kMaxImageSide,
          " a side and at most ", kMaxImagePixels, " in all, so scale it to that first");
}

void check_promise(const Promise& promise, const std::string& name, std::uint64_t free) {
  check_image_size(promise.width, promise.height, name);
  const std::uint64_t pixels = promise.width * promise.height;
  require(pixels <= kPixelsOfAnyFile || pixels / kPixelsOfByte <= promise.file_bytes, ErrorCode::input, name,
          " promises ", promise.width, " x ", promise.height, " pixels, more than a picture of ", promise.file_bytes,
          " bytes has; copy or download it again");
  const auto needed = static_cast<std::uint64_t>(static_cast<double>(pixels) * (3 * sizeof(float) + promise.held));
  require(needed <= free, ErrorCode::io, name, " has ", promise.width, " x ", promise.height, " pixels, which take ",
          memory_text(needed), " of memory, and ", memory_text(free),
          " are free; close other programs or scale it down");
}

void check_promise(const Promise& promise, const std::string& name) {
  // Asking the system takes longer than a small picture.
  constexpr std::uint64_t kSmall = 1 << 20;
  const bool is_small = saturated_product(promise.width, promise.height) <= kSmall;
  check_promise(promise, name, is_small ? kMostBytes : free_memory_bytes(true));
}

namespace {

// H * W * 3, of a size that is allowed.
std::uint64_t checked_count(int width, int height) {
  require(width >= 1 && height >= 1, ErrorCode::input, "a picture of ", width, " x ", height,
          " pixels cannot be made; both sides must be at least 1");
  check_image_size(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), "the picture asked for");
  return std::uint64_t{3} * static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
}

}  // namespace

std::vector<float> room_for_pixels(int width, int height) {
  const std::uint64_t count = checked_count(width, height);
  std::vector<float> pixels;
  try {
    if (count > kMostBytes / sizeof(float)) throw std::bad_alloc();
    pixels.reserve(static_cast<std::size_t>(count));
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::io, "no memory is left for a picture of ", width, " x ", height, " pixels (",
         count * sizeof(float) >> 20, " MiB); close other programs or use a smaller picture");
  }
  return pixels;
}

Image::Image(int width, int height) : width_(width), height_(height), pixels_(room_for_pixels(width, height)) {
  pixels_.resize(static_cast<std::size_t>(checked_count(width, height)));
}

Image::Image(int width, int height, std::vector<float>&& pixels) : width_(width), height_(height) {
  const std::uint64_t count = checked_count(width, height);
  require(pixels.size() == count, ErrorCode::input, "a picture of ", width, " x ", height, " pixels has ", count,
          " values, and ", pixels.size(), " were given; wanted are H x W x 3 floats");
  pixels_ = std::move(pixels);
}

void Image::set_alpha(std::vector<float> alpha, AlphaUse use) {
  const std::size_t count = pixels_.size() / 3;
  require(alpha.empty() || alpha.size() == count, ErrorCode::input, "an alpha plane of ", alpha.size(),
          " values does not fit a picture of ", width_, " x ", height_, " pixels; wanted are ", count, " values");
  for (float& value : alpha) value = clipped(value);
  alpha_ = std::move(alpha);
  alpha_use_ = use;
}

const Metadata& Image::metadata() const noexcept {
  static const Metadata none;
  return metadata_ ? *metadata_ : none;
}

void Image::set_metadata(Metadata metadata) { metadata_ = std::make_shared<const Metadata>(std::move(metadata)); }

}  // namespace impasto::IMPASTO_ABI
