#include "base/machine.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "base/sizes.h"

#if defined(_WIN32)
#include <process.h>
#else
#include <unistd.h>
#endif

namespace impasto::inline v0_1 {

std::ptrdiff_t l2_cache_bytes() {
  constexpr long kUsual = 1L << 20;
#if defined(_SC_LEVEL2_CACHE_SIZE)
  const long told = sysconf(_SC_LEVEL2_CACHE_SIZE);
  // Caches shared by several cores look larger than what one core can count on.
  if (told > 0) return std::clamp(told, kUsual / 4, 2 * kUsual);
#endif
  return kUsual;
}

namespace {

// The first number of a file, or of its line that begins with `key`; -1 when there is none.
long long number_in(const char* file, const std::string& key = "") {
  std::ifstream in(file);
  for (std::string word; in >> word;) {
    if (!key.empty() && word != key) continue;
    if (!key.empty()) in >> word;
    return word.find_first_not_of("0123456789") == std::string::npos && word.size() < 18 ? std::stoll(word) : -1;
  }
  return -1;
}

}  // namespace

std::size_t free_memory_bytes() {
  long long free = 1LL << 62;
  const long long available = number_in("/proc/meminfo", "MemAvailable:");  // KiB
  if (available >= 0) free = available * 1024;
  const long long limit = number_in("/sys/fs/cgroup/memory.max"), used = number_in("/sys/fs/cgroup/memory.current");
  const long long cache =
      std::max(0LL, number_in("/sys/fs/cgroup/memory.stat", "inactive_file"));  // given up on demand
  if (limit >= 0 && used >= 0) free = std::min(free, std::max(0LL, limit - used + cache));
  return static_cast<std::size_t>(std::min(static_cast<std::uint64_t>(free), kMostBytes));
}

long process_id() {
#if defined(_WIN32)
  return _getpid();
#else
  return getpid();
#endif
}

}  // namespace impasto::inline v0_1
