#include "optimise/flat_stop.h"

#include <cmath>
#include <cstddef>

namespace impasto::IMPASTO_ABI {

bool FlatStop::add(double loss) {
  if (loss < lowest_) lowest_ = loss;
  double& before = before_[static_cast<std::size_t>(steps_ % kSteps)];
  const bool flat = fraction_ > 0 && steps_ >= kSteps && before - lowest_ < fraction_ * std::abs(before);
  before = lowest_;
  ++steps_;
  return flat;
}

}  // namespace impasto::IMPASTO_ABI
