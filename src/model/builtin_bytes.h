// The bytes of weights/builtin.safetensors, which weights/builtin.cmake puts into the library.
#pragma once

#include <cstddef>
#include <cstdint>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Byte i is bits 8 (i mod 8) to 8 (i mod 8) + 7 of number i / 8, however the machine orders bytes.
extern const std::uint64_t kBuiltinWords[];
extern const std::size_t kBuiltinBytes;

}  // namespace impasto::IMPASTO_ABI
