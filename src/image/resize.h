// Resizing on threads.
#pragma once

#include "impasto/context.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

/// impasto::resize on the context's threads.
Image resize(const Image& image, int width, int height, const ResizeOptions& options, const Context& context);

}  // namespace impasto::IMPASTO_ABI
