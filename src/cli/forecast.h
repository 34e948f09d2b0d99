// How long a painting will take: beforehand, from a small one that is painted for a second, and on the way.
#pragma once

#include <vector>

#include "impasto/stylise.h"

namespace impasto::cli {

struct Forecast {
  double preparation = 0;  ///< seconds until the first step
  double steps = 0;        ///< seconds of all steps, unless a scale ends early
  double total() const { return preparation + steps; }
};

/// Paints a few steps at a quarter of a megapixel at most. `work`: MemoryEstimate's. Errors as Stylizer's.
Forecast forecast(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context,
                  double work = 1);

/// Of the whole run, after a step of it: what it has taken, and each step left as long as its picture is large.
/// `sizes`: of all scales.
double expected_seconds(const Stylizer& stylizer, const Step& step, const std::vector<PaintingSize>& sizes);

}  // namespace impasto::cli
