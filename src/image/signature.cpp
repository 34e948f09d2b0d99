#include "image/signature.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace impasto::IMPASTO_ABI {

bool is_jpeg(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

bool is_png(std::span<const std::uint8_t> bytes) {
  constexpr std::uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  return bytes.size() >= sizeof signature && std::equal(std::begin(signature), std::end(signature), bytes.begin());
}

bool is_tiff(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 4) return false;
  const bool little = bytes[0] == 'I' && bytes[1] == 'I' && (bytes[2] == 42 || bytes[2] == 43) && bytes[3] == 0;
  const bool big = bytes[0] == 'M' && bytes[1] == 'M' && bytes[2] == 0 && (bytes[3] == 42 || bytes[3] == 43);
  return little || big;
}

bool is_webp(std::span<const std::uint8_t> bytes) {
  constexpr std::uint8_t riff[] = {'R', 'I', 'F', 'F'};
  constexpr std::uint8_t webp[] = {'W', 'E', 'B', 'P'};
  return bytes.size() >= 12 && std::equal(std::begin(riff), std::end(riff), bytes.begin()) &&
         std::equal(std::begin(webp), std::end(webp), bytes.begin() + 8);
}

}  // namespace impasto::IMPASTO_ABI
