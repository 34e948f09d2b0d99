// Arrays whose first size is fastest, as Fortran and MATLAB keep them.
#pragma once

#include <cstdint>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// The same values with the last size fastest.
std::vector<float> to_c_order(const std::vector<float>& values, const std::vector<std::int64_t>& sizes);

}  // namespace impasto::IMPASTO_ABI
