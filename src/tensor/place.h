// Where in a tensor an element stands.
#pragma once

#include <string>

#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// "(3, 0, 17)": the coordinates of the `element`th value, counted as it lies in memory; "()" in a scalar.
std::string place_text(const Shape& shape, Index element);

}  // namespace impasto::IMPASTO_ABI
