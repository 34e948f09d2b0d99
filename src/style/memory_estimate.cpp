// How much memory a painting will take, as the public header tells it.
#include <cstddef>

#include "base/check.h"
#include "base/machine.h"
#include "base/sizes.h"
#include "impasto/stylise.h"
#include "style/memory_plan.h"

namespace impasto::IMPASTO_ABI {

MemoryEstimate estimate_memory(const Pictures& pictures, const Weights& weights, const Options& options,
                               const Context& context) {
  validate(options, weights);
  return with_memory_error("planning the painting", [&] {
    const MemoryPlan plan = plan_memory(pictures, weights, options, context, memory_budget(context));
    return MemoryEstimate{.targets = saturated(plan.targets),
                          .painting = saturated(plan.painting),
                          .arena = saturated(plan.arena),
                          .history = plan.history,
                          .pairs = saturated(plan.pairs),
                          .region_size = plan.region_size,
                          .regions = plan.windows,
                          .kept = plan.kept,
                          .work = plan.work};
  });
}

std::size_t available_memory() { return free_memory_bytes(true); }

}  // namespace impasto::IMPASTO_ABI
