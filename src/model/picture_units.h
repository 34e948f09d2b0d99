// Pictures in the units the optimiser works in, on threads.
#pragma once

#include "impasto/context.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// `to` (H x W x 3) = impasto::normalise(image).
void normalise(const Image& image, float* to, const Context& context);

}  // namespace impasto::IMPASTO_ABI
