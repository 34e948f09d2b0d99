// What one variable of a MATLAB file holds: arrays and texts by the path of cells and fields that leads to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "archive/matlab/mat_stream.h"

namespace impasto::IMPASTO_ABI {

struct MatArray {
  /// As stored, by the names of safetensors; "complex" for what has an imaginary part. Whole numbers of MATLAB's single
  /// and double stand in the smallest type of integers that holds them.
  std::string dtype;
  std::vector<std::int64_t> sizes;
  std::uint64_t bytes;
  std::size_t width;  ///< bytes of one number; 0 for what is not read: complex, of a class of integers, of unknown type
  MatStream numbers;  ///< at the first of them
};

struct MatVariables {
  std::set<std::string> names;
  std::map<std::string, MatArray> arrays;    ///< "layers/0/weights/1": cells by their number, fields by their name
  std::map<std::string, std::string> texts;  ///< of the fields `name`
  std::size_t kept = 0;                      ///< bytes of all paths and texts above
};

/// Adds the variable that begins at `stream`, its parts, up to its end; nothing of one whose name is not in `wanted`.
/// Objects of MATLAB's own classes are passed over. Throws Error(input) for sizes that are not those of the parts, a
/// name or field that stands twice, longer paths, more arrays and more names than networks have.
void add_mat_variable(MatStream& stream, const std::vector<std::string>& wanted, MatVariables& variables);

/// Numbers of an array whose width is not 0, first size fastest, each rounded to float once.
std::vector<float> numbers_of(const MatArray& array);

}  // namespace impasto::IMPASTO_ABI
