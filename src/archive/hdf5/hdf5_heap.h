// The fractal heap in which newer HDF5 keeps the links and attributes of a group that has many: chapter III.G of the
// format's specification.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "archive/hdf5/hdf5_blocks.h"

namespace impasto::IMPASTO_ABI {

/// Objects lie in blocks, whose sizes double from row to row of a table of blocks. Holds a reference.
class Hdf5Heap {
 public:
  /// Throws Error(input) for a heap whose blocks are filtered, or whose sizes are none.
  Hdf5Heap(Hdf5Blocks& blocks, std::uint64_t address, std::size_t id_bytes);

  /// Bytes of the object with this ID.
  std::vector<std::uint8_t> object(std::span<const std::uint8_t> id);

 private:
  struct Block {
    std::uint64_t address;
    std::uint64_t begin;  // its first byte in the space that all blocks make up
    std::uint64_t bytes;
  };
  std::vector<std::uint8_t> managed(std::uint64_t offset, std::uint64_t bytes);
  std::vector<std::uint8_t> huge(std::uint64_t number);
  Block find(std::uint64_t offset);
  std::uint64_t child(std::uint64_t table, std::uint64_t index);

  Hdf5Blocks& blocks_;
  std::uint64_t address_;
  std::uint64_t head_bytes_ = 0;                       // of a table
  std::uint64_t offset_bytes_ = 0, length_bytes_ = 0;  // in an ID
  std::uint64_t width_ = 0, start_ = 0, direct_rows_ = 0, rows_ = 0, root_ = 0, huge_tree_ = 0;
  bool checksums_ = false;
  struct Extent {
    std::uint64_t address, bytes;
  };
  std::map<std::uint64_t, Extent> huge_;  // by number, once one is asked for
};

}  // namespace impasto::IMPASTO_ABI
