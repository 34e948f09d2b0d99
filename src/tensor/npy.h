// NumPy's .npy format (numpy/lib/format.py, versions 1 to 3): a short text header, then the plain numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "impasto/npy.h"

namespace impasto {

/// float32 or float64, little-endian, C order, 1 to 4 dimensions. The sizes in the header are checked against the bytes
/// that are there before memory is taken. `name` begins messages. Throws Error(input).
NpyArray decode_npy(std::span<const std::uint8_t> bytes, const std::string& name);

/// A float32 array, header version 1. `values` must be as many as the product of `shape`.
std::vector<std::uint8_t> encode_npy(std::span<const float> values, std::span<const std::size_t> shape);

}  // namespace impasto
