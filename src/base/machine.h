// What the machine offers that a computation's speed, never its result, may depend on.
#pragma once

#include <cstddef>

namespace impasto {

/// Bytes of one core's second-level cache; 1 MiB where the system does not tell.
std::ptrdiff_t l2_cache_bytes();

}  // namespace impasto
