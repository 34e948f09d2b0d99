// NumPy's .npy format (numpy/lib/format.py, versions 1 to 3): a short text header, then the plain numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "impasto/npy.h"

namespace impasto::IMPASTO_ABI {

/// What stands in front of the numbers.
struct NpyHeader {
  std::string type;  ///< NumPy's name, "<f4"
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;  ///< as claimed, rank 0 to 32; each below 10^18
};

struct NpyPrefix {
  std::size_t bytes;         ///< before the header's text
  std::size_t header_bytes;  ///< of the text, as claimed; the numbers follow
};
constexpr std::size_t kNpyPrefixBytes = 12;  ///< read_npy_prefix needs no more

/// The shape in this program's own numbers. Throws Error(input) for a side it cannot address, which may stand beside
/// one of 0; `name` begins the message.
std::vector<std::size_t> addressable_shape(std::span<const std::uint64_t> shape, const std::string& name);

/// From the first bytes of a file, and from the text after them. `name` begins messages. Both throw Error(input).
NpyPrefix read_npy_prefix(std::span<const std::uint8_t> bytes, const std::string& name);
NpyHeader parse_npy_header(std::string_view header, const std::string& name);

/// float32 or float64, little-endian, C order, 1 to 4 dimensions. The sizes in the header are checked against the bytes
/// that are there before memory is taken. `name` begins messages. Throws Error(input).
NpyArray decode_npy(std::span<const std::uint8_t> bytes, const std::string& name);

inline constexpr std::size_t kMaxNpyRank = 4;
/// Throws Error(usage) unless `values` are as many as `shape` wants; `name` begins the message.
void require_shape_of(std::size_t values, std::span<const std::size_t> shape, const std::string& name);

/// A float32 array, header version 1. `values` must be as many as the product of `shape`.
std::vector<std::uint8_t> encode_npy(std::span<const float> values, std::span<const std::size_t> shape);

}  // namespace impasto::IMPASTO_ABI
