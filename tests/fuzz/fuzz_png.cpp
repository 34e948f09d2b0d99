// PNG with its checksums mended, without which no damage would get past them.
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/big_endian.h"
#include "fuzz/read_picture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  // Chunks: length, name, data, CRC of name and data.
  for (std::size_t at = 8; size >= 12 && at <= size - 12;) {
    const std::size_t length = impasto::big_endian32(&bytes[at]);
    if (length > size - 12 - at) break;
    const auto sum = static_cast<std::uint32_t>(crc32(0, &bytes[at + 4], static_cast<uInt>(length + 4)));
    for (std::size_t i = 0; i < 4; ++i) bytes[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    at += 12 + length;
  }
  impasto::testing::read_picture(bytes);
  return 0;
}
