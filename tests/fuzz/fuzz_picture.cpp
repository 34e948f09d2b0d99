// JPEG, TIFF, WebP, HEIC, AVIF, JPEG XL, and what is none of them: the first bytes decide.
#include <cstddef>
#include <cstdint>

#include "fuzz/read_picture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  impasto::testing::read_picture({data, size});
  return 0;
}
