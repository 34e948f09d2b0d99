// The range of a setting's numbers, and in words.
#include <cmath>
#include <string>

#include "base/numbers.h"
#include "impasto/option_fields.h"

namespace impasto::IMPASTO_ABI {

bool NumberRange::holds(double value) const {
  const bool low = value < least || (without_least && value == least);
  const bool high = value > most || (without_most && value == most);
  return std::isfinite(value) && !low && !high;
}

std::string NumberRange::text() const {
  if (std::isinf(most)) {
    if (std::isinf(least)) return "a number";
    if (without_least) return least == 0 ? "a positive number" : "a number above " + shortest(least);
    return "a number of " + shortest(least) + " or more";
  }
  return (without_least ? "above " + shortest(least) + ", to " : shortest(least) + " to ") +
         (without_most ? "below " : "") + shortest(most);
}

}  // namespace impasto::IMPASTO_ABI
