// How long a painting will take on this machine, from a small one that is painted for a second.
#pragma once

#include "impasto/stylise.h"

namespace impasto::cli {

struct Forecast {
  double preparation = 0;  ///< seconds until the first step
  double steps = 0;        ///< seconds of all steps, unless a scale ends early
  double total() const { return preparation + steps; }
};

/// Paints a few steps at a quarter of a megapixel at most. Errors as Stylizer's.
Forecast forecast(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context);

}  // namespace impasto::cli
