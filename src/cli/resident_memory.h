// How much memory this process has held.
#pragma once

#include <cstddef>

namespace impasto::cli {

/// Most bytes that were resident at one time since the program started; 0 where the system does not tell.
std::size_t peak_resident_bytes();

}  // namespace impasto::cli
