// Numbers as files store them, little-endian, and float. Types go by the names of safetensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Bytes of one number of a floating-point type that is read here (F64, F32, F16, BF16), 0 for any other type.
std::size_t element_bytes(const std::string& dtype);

/// The same of all types that read_elements takes: those, and I8.
std::size_t readable_bytes(const std::string& dtype);

/// `wanted` numbers of `dtype`, of which readable_bytes must know the size, as float; `next` fills its argument with
/// the bytes that follow, piece by piece, so that nothing is held twice. I8, F32, F16 and BF16 are exact, F64 is
/// rounded. Throws Error(io) for more than memory holds.
std::vector<float> read_elements(const std::string& dtype, std::uint64_t wanted,
                                 const std::function<void(std::span<std::uint8_t>)>& next);

/// Hands the bytes of `values` as F32, F16 or BF16 to `write`, piece by piece; rounds to nearest, ties to even.
void write_elements(const std::string& dtype, std::span<const float> values,
                    const std::function<void(std::span<const std::uint8_t>)>& write);

}  // namespace impasto::IMPASTO_ABI
