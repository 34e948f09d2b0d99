#include "lab/receptive_field.h"

#include <cstddef>

#include "model/vgg.h"

namespace impasto::IMPASTO_ABI {

ReceptiveField receptive_field(std::size_t layer) {
  ReceptiveField field;
  for (const VggLayer& one : vgg_layers().first(layer + 1)) {
    field.size += (one.is_pool ? 1 : 2) * field.stride;
    if (one.is_pool) field.stride *= 2;
  }
  return field;
}

}  // namespace impasto::IMPASTO_ABI
