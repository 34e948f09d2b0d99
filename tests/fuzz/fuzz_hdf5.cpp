#include <cstddef>
#include <cstdint>

#include "archive/hdf5/hdf5.h"
#include "fuzz/read_all.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = impasto::testing::fuzz_file("w", data, size);
  impasto::testing::read_all([&] { return impasto::open_hdf5(file); });
  return 0;
}
