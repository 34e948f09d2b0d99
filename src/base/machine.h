// What the machine offers.
#pragma once

#include <cstddef>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Bytes of one core's second-level cache; 1 MiB where the system does not tell.
std::ptrdiff_t l2_cache_bytes();

/// Bytes that could be taken now without swapping, control groups and the limit of address space (ulimit -v)
/// respected; 2^62 where the system does not tell. At most what one object may have: 2^31 - 1 where pointers have 32
/// bits. `with_swap`: swapping counts as memory.
std::size_t free_memory_bytes(bool with_swap = false);

/// The number of this process; a forked child has another.
long process_id();

}  // namespace impasto::IMPASTO_ABI
