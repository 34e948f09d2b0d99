// What the messages of an HDF5 dataset say: type, sizes, place; and the strings of attributes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/byte_cursor.h"
#include "archive/hdf5/hdf5_blocks.h"

namespace impasto::IMPASTO_ABI {

struct Hdf5Type {
  std::string name;       ///< F64, F32, F16, or I32, U8, "string", "big-endian F32", ... for people
  std::size_t bytes = 0;  ///< of one element
  bool fixed_string = false, variable_string = false;
  bool opaque = false;  ///< bytes that HDF5 knows nothing of
};

struct Hdf5Layout {
  enum Kind { compact, contiguous, chunked, virtual_files } kind;
  std::uint64_t address = Hdf5Blocks::kNowhere, bytes = 0;  ///< of contiguous data
};

/// Each reads one message and throws Error(input) for what the format does not know.
Hdf5Type read_hdf5_type(ByteCursor& in);
std::vector<std::uint64_t> read_hdf5_sizes(ByteCursor& in);
Hdf5Layout read_hdf5_layout(ByteCursor& in);

/// Name and text of an attribute message, a line for each string; nothing for other types.
std::optional<std::pair<std::string, std::string>> read_hdf5_attribute(ByteCursor in, Hdf5Blocks& blocks);

}  // namespace impasto::IMPASTO_ABI
