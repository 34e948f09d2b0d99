#include "base/machine.h"

#include <algorithm>

#if defined(__unix__)
#include <unistd.h>
#endif

namespace impasto {

std::ptrdiff_t l2_cache_bytes() {
  constexpr long kUsual = 1L << 20;
#if defined(_SC_LEVEL2_CACHE_SIZE)
  const long told = sysconf(_SC_LEVEL2_CACHE_SIZE);
  // Caches shared by several cores look larger than what one core can count on.
  if (told > 0) return std::clamp(told, kUsual / 4, 2 * kUsual);
#endif
  return kUsual;
}

}  // namespace impasto
