// NumPy's .npz files: named arrays in and out.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "impasto/export.h"
#include "impasto/npy.h"

namespace impasto::IMPASTO_ABI {

/// An array to be written; the values are borrowed.
struct NpzArray {
  std::string name;
  std::vector<std::size_t> shape;  ///< rank 1..4, C order
  std::span<const float> values;   ///< product of shape
};

/// Writes float32, not compressed, atomically; numpy.load(file)[name] reads it. Throws Error(usage) for a name that is
/// empty or there twice, a shape that does not fit its values, or more than 4 GiB; Error(io) when the disk refuses.
IMPASTO_API void save_npz(std::span<const NpzArray> arrays, const std::filesystem::path& file);

/// By name; float16, float32 and float64, which are rounded to float. Throws Error(input) for a file that is damaged or
/// holds other types or ranks.
IMPASTO_API std::map<std::string, NpyArray> load_npz(const std::filesystem::path& file);

}  // namespace impasto::IMPASTO_ABI
