#include <cstddef>
#include <cstdint>
#include <memory>

#include "archive/npz.h"
#include "fuzz/read_all.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = impasto::testing::fuzz_file("w", data, size);
  impasto::testing::read_all([&] { return impasto::open_npz(std::make_unique<const impasto::ZipFile>(file)); });
  return 0;
}
