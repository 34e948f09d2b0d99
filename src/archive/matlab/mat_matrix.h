// What one variable of a MATLAB file holds: arrays and texts by the path of cells and fields that leads to them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "archive/matlab/mat_stream.h"

namespace impasto::IMPASTO_ABI {

struct MatArray {
  std::string dtype;  ///< by the names of safetensors; "complex" for what has an imaginary part
  std::vector<std::int64_t> sizes;
  std::uint64_t bytes;
  MatStream numbers;  ///< at the first of them
};

struct MatVariables {
  std::set<std::string> names;
  std::map<std::string, MatArray> arrays;  ///< "layers/0/weights/1": cells by their number, fields by their name
  std::map<std::string, std::string> texts;
};

/// Adds the variable that begins at `stream`, its parts, up to its end; nothing of one whose name is not in `wanted`.
/// Throws Error(input) for sizes that are not those of the parts, a name that stands twice, and more arrays than
/// networks have.
void add_mat_variable(MatStream& stream, const std::vector<std::string>& wanted, MatVariables& variables);

}  // namespace impasto::IMPASTO_ABI
