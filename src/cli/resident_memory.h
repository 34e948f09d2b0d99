// How much memory this process has held, and that it does not keep what is free.
#pragma once

#include <cstddef>

namespace impasto::cli {

/// Most bytes that were resident at one time since the program started; 0 where the system does not tell.
std::size_t peak_resident_bytes();

/// From now on each block of 1 MiB or more goes back to the system as soon as it is freed. glibc by itself keeps ever
/// larger ones, up to 32 MiB, once blocks as large have been freed: 9 MiB of a painting of 512 pixels. For the program
/// alone: it is a setting of the whole process. Whoever set MALLOC_MMAP_THRESHOLD_ knows better.
void return_freed_blocks();

}  // namespace impasto::cli
