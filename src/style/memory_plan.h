// How a painting's memory will be spent: which regions it is evaluated in and how long a history it keeps, found out
// from tapes that are planned over the sizes of its pictures and never replayed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "impasto/stylise.h"

namespace impasto::IMPASTO_ABI {

/// Bytes beside pictures and weights that are loaded already. A history and kept windows are of the largest scale.
struct MemoryPlan {
  int region_size = 0;         ///< Options::region_size; 0: in one
  std::size_t windows = 1;     ///< that its pictures are cut into
  std::size_t kept = 1;        ///< of those, the ones whose maps are kept for going back
  bool keeps_content = true;   ///< its maps, instead of computing them at every evaluation
  double work = 1;             ///< an evaluation's time beside that in one window that keeps all, about
  int history = 0;             ///< pairs of L-BFGS; 0: it is Adam
  std::uint64_t targets = 0;   ///< while styles and content are measured
  std::uint64_t painting = 0;  ///< while it is painted, with the shortest history and `kept` windows
  std::uint64_t arena = 0;     ///< of `painting`: maps, gradients and scratch of an evaluation
  std::uint64_t pairs = 0;     ///< of the pairs behind the first

  std::uint64_t least() const { return targets > painting ? targets : painting; }
};

/// The plan that stays within `budget` with the largest regions, and if it can with the content's maps kept, that leave
/// room for enough pairs, else for most pairs;
/// if none stays within it, the one that needs least. Regions are as options.region_size says if that is given.
MemoryPlan plan_memory(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context,
                       std::uint64_t budget);

/// Of just these regions, with as much of the history as the budget allows.
MemoryPlan plan_regions(const Pictures& pictures, const Weights& weights, const Options& options,
                        const Context& context, int region_size, std::uint64_t budget);

/// What a painting may take in all: what the context's limit leaves, or four fifths of what the system has free.
std::uint64_t memory_budget(const Context& context);

}  // namespace impasto::IMPASTO_ABI
