// The checks of a picture's size, made before any memory is taken for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Throws Error(input) unless width and height are 1..kMaxImageSide and their product is at most kMaxImagePixels.
/// `what` begins the message.
void check_image_size(std::uint64_t width, std::uint64_t height, const std::string& what);

/// What the header of a file promises.
struct Promise {
  std::uint64_t width = 0, height = 0;
  std::uint64_t file_bytes = 0;
  /// Bytes a pixel that the decoder will hold beside the picture's floats.
  double held = 0;
};

/// Of a picture of any size, the pixels that a few bytes may promise; and of larger ones those that one byte may.
inline constexpr std::uint64_t kPixelsOfAnyFile = std::uint64_t{1} << 26, kPixelsOfByte = std::uint64_t{1} << 14;

/// Throws Error(input) beyond the limits of check_image_size, and for more pixels than a real picture of so few bytes
/// has; Error(io) when `free` bytes are less than the decoder and the picture take. `name` begins the messages.
void check_promise(const Promise& promise, const std::string& name, std::uint64_t free);
/// With what the machine has free.
void check_promise(const Promise& promise, const std::string& name);

/// Empty, with room for the H * W * 3 values of a picture of an allowed size: the memory is taken up as they are added.
/// Throws Error(io) when there is no such room.
std::vector<float> room_for_pixels(int width, int height);

}  // namespace impasto::IMPASTO_ABI
