// The B-tree of version 2 that newer HDF5 lists a group's links and attributes by: chapter III.A.2 of the format's
// specification.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "archive/hdf5/hdf5_blocks.h"

namespace impasto::IMPASTO_ABI {

/// What the records of a tree are; the numbers are the format's.
enum class Hdf5Records : std::uint8_t { huge_objects = 1, links_by_name = 5, attributes_by_name = 8 };

/// Bytes of one record.
std::size_t record_bytes(Hdf5Records records);

/// All records of the tree at `address`, one behind the other. Throws Error(input) for a tree of other records.
std::vector<std::uint8_t> read_hdf5_tree(Hdf5Blocks& blocks, std::uint64_t address, Hdf5Records records);

}  // namespace impasto::IMPASTO_ABI
