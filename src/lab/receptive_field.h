// What part of the picture a value of a layer depends on.
#pragma once

#include <cstddef>

#include "impasto/export.h"
#include "model/vgg_layers.h"

namespace impasto::IMPASTO_ABI {

/// Pixels a side. A convolution of 3 x 3 adds two neighbours' distance, a pooling of 2 x 2 one, and doubles it.
struct ReceptiveField {
  int size = 1;
  int stride = 1;
};

/// `layer`: position in vgg_layers(), of a network that `of` is.
ReceptiveField receptive_field(std::size_t layer, const Architecture& of);

}  // namespace impasto::IMPASTO_ABI
