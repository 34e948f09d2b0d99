#include "tensor/place.h"

#include <string>

namespace impasto::IMPASTO_ABI {

std::string place_text(const Shape& shape, Index element) {
  std::string text;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    text = std::to_string(element % shape[axis]) + (text.empty() ? "" : ", ") + text;
    element /= shape[axis];
  }
  return "(" + text + ")";
}

}  // namespace impasto::IMPASTO_ABI
