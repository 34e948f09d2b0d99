// Whether the machine can hold a painting, known before the work.
#pragma once

#include <cstddef>

#include "impasto/stylise.h"

namespace impasto::cli {

/// With what allocators and the libraries of pictures take besides.
std::size_t with_overhead(std::size_t bytes);

/// Throws Error(io) when it cannot, with what would fit: a smaller --size, a smaller --style-size, --memory small.
void check_memory(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context);

}  // namespace impasto::cli
