// Whether the machine can hold a painting, known before the work.
#pragma once

#include <cstddef>
#include <cstdint>

#include "impasto/stylise.h"

namespace impasto::cli {

/// With what allocators and the libraries of pictures take besides.
std::uint64_t with_overhead(std::uint64_t bytes);

/// Whether what takes so many bytes fits into what is free; `asked_for`: that is a limit of bytes held, not of address
/// space, in which large blocks that were given back leave holes.
bool fits(std::uint64_t bytes, std::uint64_t free, bool asked_for);

/// The context whose painting leaves the rest of the process room within `most` bytes, what it holds by now included;
/// for 0 the context as it is. Throws Error(io) where nothing is left.
Context within(std::uint64_t most, const Context& context);

/// `most`: bytes that the process may hold, 0: what is free. Throws Error(io) when it cannot, with what would fit: a
/// smaller --size, a smaller --style-size, --memory small.
void check_memory(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context,
                  std::uint64_t most = 0);

}  // namespace impasto::cli
