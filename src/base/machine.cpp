#include "base/machine.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

#include "base/cgroup.h"
#include "base/sizes.h"

#if defined(_WIN32)
#include <process.h>
#else
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace impasto::IMPASTO_ABI {

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

// KiB of a line of /proc/meminfo or /proc/self/status, such as "MemAvailable:"; -1 without one.
long long kib_of(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string word; in >> word;) {
    long long kib = -1;
    if (word == key && in >> kib) return kib;
  }
  return -1;
}

// What the limit of address space leaves.
std::optional<std::uint64_t> address_space_left() {
#if defined(RLIMIT_AS)
  rlimit limit{};
  const long long used = kib_of("/proc/self/status", "VmSize:");
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && used >= 0) {
    const std::uint64_t bytes = static_cast<std::uint64_t>(used) * 1024;
    return limit.rlim_cur > bytes ? limit.rlim_cur - bytes : 0;
  }
#endif
  return {};
}

}  // namespace

std::size_t free_memory_bytes(bool with_swap) {
  std::uint64_t free = std::uint64_t{1} << 62;
  const long long available = kib_of("/proc/meminfo", "MemAvailable:");
  if (available >= 0) {
    const long long swap = with_swap ? std::max(0LL, kib_of("/proc/meminfo", "SwapFree:")) : 0;
    free = static_cast<std::uint64_t>(available + swap) * 1024;
  }
  free = std::min({free, cgroup_memory().value_or(free), address_space_left().value_or(free)});
  return static_cast<std::size_t>(std::min(free, kMostBytes));
}

long process_id() {
#if defined(_WIN32)
  return _getpid();
#else
  return getpid();
#endif
}

}  // namespace impasto::IMPASTO_ABI
