// NumPy's .npy files: arrays of numbers in and out.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

struct NpyArray {
  std::vector<std::size_t> shape;  ///< rank 1..4, C order
  std::vector<double> values;      ///< product of shape
};

/// Reads little-endian float32 or float64. Throws Error(input) for anything else or a file that is cut short.
IMPASTO_API NpyArray load_npy(const std::filesystem::path& file);
/// Writes float32, atomically. Throws Error(usage) unless the shape fits the values, Error(io) when the disk refuses.
IMPASTO_API void save_npy(std::span<const float> values, std::span<const std::size_t> shape,
                          const std::filesystem::path& file);

/// Throws Error(io) unless save_npy could write there now, found out before hours of work. Leaves nothing behind.
IMPASTO_API void check_npy_output(const std::filesystem::path& file);

}  // namespace impasto::IMPASTO_ABI
