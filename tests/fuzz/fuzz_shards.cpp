// An input is the index up to the first zero byte, the bytes of part 'a' in 4 bytes, little-endian, part 'a', part 'b'.
// Part 'a' is opened by itself, too, by a name of a part.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "archive/array_file.h"
#include "base/little_endian.h"
#include "fuzz/read_all.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLength = 4;
  const std::uint8_t* const end = data + size;
  const std::uint8_t* const zero = std::find(data, end, 0);
  const std::uint8_t* part = zero == end ? end : zero + 1;
  std::size_t bytes = 0;
  if (static_cast<std::size_t>(end - part) >= kLength) {
    bytes = static_cast<std::size_t>(impasto::little_endian(part, kLength));
    part += kLength;
  }
  bytes = std::min(bytes, static_cast<std::size_t>(end - part));
  impasto::testing::fuzz_file("a", part, bytes);
  impasto::testing::fuzz_file("b", part + bytes, static_cast<std::size_t>(end - part) - bytes);
  const auto alone = impasto::testing::fuzz_file("w-00001-of-00002.safetensors", part, bytes);
  const auto index =
      impasto::testing::fuzz_file("w.safetensors.index.json", data, static_cast<std::size_t>(zero - data));
  for (const auto& file : {index, alone}) impasto::testing::read_all([&] { return impasto::open_array_file(file); });
  return 0;
}
