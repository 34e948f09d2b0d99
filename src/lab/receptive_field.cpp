#include "lab/receptive_field.h"

#include <cstddef>

namespace impasto::IMPASTO_ABI {

ReceptiveField receptive_field(std::size_t layer, const Architecture& of) {
  ReceptiveField field;
  for (std::size_t i = 0; i <= layer; ++i) {
    if (!of.has(i)) continue;
    const bool is_pool = vgg_layers()[i].is_pool;
    field.size += (is_pool ? 1 : 2) * field.stride;
    if (is_pool) field.stride *= 2;
  }
  return field;
}

}  // namespace impasto::IMPASTO_ABI
