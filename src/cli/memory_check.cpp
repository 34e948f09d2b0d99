#include "cli/memory_check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "cli/resident_memory.h"
#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

// Below this nobody wants a painting.
constexpr int kLeastSize = 64;

// The largest number of two digits and noughts, below `most`, that is good; 0 when none is.
int largest(int most, const std::function<bool(int)>& is_good) {
  const auto tidy = [](int n) {
    int unit = 1;
    while (n / unit >= 100) unit *= 10;
    return n / unit * unit;
  };
  int good = 0, bad = most;
  while (bad - good > 1) {
    const int middle = good + (bad - good) / 2;
    (middle < kLeastSize || is_good(middle) ? good : bad) = middle;
  }
  return good < kLeastSize ? 0 : tidy(good);
}

}  // namespace

std::uint64_t with_overhead(std::uint64_t bytes) { return bytes + bytes / 16 + (std::uint64_t{16} << 20); }

bool fits(std::uint64_t bytes, std::uint64_t free, bool asked_for) {
  constexpr std::size_t kHoles = std::size_t{64} << 20;
  return with_overhead(bytes) + (asked_for ? 0 : kHoles) <= free;
}

Context within(std::uint64_t most, const Context& context) {
  if (most == 0) return context;
  const std::uint64_t others = with_overhead(peak_resident_bytes());
  if (others >= most)
    throw Error(ErrorCode::io, "--max-memory " + memory_text(most) + " is less than the " + memory_text(others) +
                                   " that the pictures and the program take; allow more, or give smaller pictures");
  return context.with_memory_limit(static_cast<std::size_t>(most - others));
}

void check_memory(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context,
                  std::uint64_t most) {
  const std::uint64_t held = peak_resident_bytes();
  const std::size_t free = most == 0
                               ? available_memory()
                               : std::min(available_memory(), static_cast<std::size_t>(most - std::min(most, held)));
  const auto would_fit = [&](const Options& changed, const Context& where) {
    try {
      return fits(estimate_memory(pictures, weights, changed, where).peak(), free, most > 0);
    } catch (const Error&) {  // scales that the smaller painting does not have
      return false;
    }
  };
  const MemoryEstimate needed = estimate_memory(pictures, weights, options, context);
  if (fits(needed.peak(), free, most > 0)) return;

  const PaintingSize size = painting_size(pictures.content, options);
  const int side = std::max(size.width, size.height);
  Options changed = options;
  std::string advice;
  const auto add = [&](const std::string& option) { advice += (advice.empty() ? "; " : ", or ") + option; };
  if (needed.targets > needed.painting) {
    const int style = largest(side, [&](int n) {
      changed.style_size = n;
      return would_fit(changed, context);
    });
    if (style > 0) add("--style-size " + std::to_string(style));
    changed = options;
  }
  const int smaller = largest(side, [&](int n) {
    changed.size = n;
    changed.width = changed.height = 0;
    return would_fit(changed, context);
  });
  if (smaller > 0 && options.start_values.empty()) add("--size " + std::to_string(smaller));
  if (would_fit(options, context.with_memory(Memory::small))) add("--memory small");
  throw Error(ErrorCode::io, "a painting of " + size_text(size.width, size.height) + " needs about " +
                                 memory_text(with_overhead(needed.peak())) + ", but " + memory_text(free) +
                                 (most == 0 ? " are free" : " of --max-memory are left") +
                                 (advice.empty() ? "" : advice + " fits"));
}

}  // namespace impasto::cli
