// An input is the description up to the first zero byte, then the numbers.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "archive/blob.h"
#include "fuzz/read_all.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::uint8_t* zero = std::find(data, data + size, 0);
  const std::uint8_t* numbers = zero == data + size ? zero : zero + 1;
  impasto::testing::fuzz_file("w.bin", numbers, static_cast<std::size_t>(data + size - numbers));
  const auto file = impasto::testing::fuzz_file("w.json", data, static_cast<std::size_t>(zero - data));
  impasto::testing::read_all([&] { return impasto::open_blob(file); });
  return 0;
}
