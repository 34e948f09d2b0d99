// Compares a tape's gradient with central differences of its forward pass, in double.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "autodiff/tape.h"

namespace impasto::inline v0_1 {

/// Records the function under test: given one variable per starting point, returns its value, of any shape.
using GradcheckFunction = std::function<Id(Tape<double>& tape, const std::vector<Id>& variables)>;

struct GradcheckOptions {
  double epsilon = 1e-5;   ///< half the difference's width
  double absolute = 1e-7;  ///< added to what rounding of the loss leaves in a difference
  double relative = 1e-6;
  Index most = 2000;  ///< elements tried per variable, evenly spread
};

/// The element that fits worst.
struct GradcheckResult {
  bool passed = false;
  double worst = 0;  ///< |analytic - numeric| / tolerance; at most 1 when passed
  std::size_t variable = 0;
  Index element = 0;
  double analytic = 0;
  double numeric = 0;
  std::string describe() const;
};

/// A value that is not a scalar is reduced to sum (y - r)^2 with fixed pseudo-random r, so every output counts.
GradcheckResult gradcheck(const GradcheckFunction& function, const std::vector<Tensor<double>>& at,
                          const GradcheckOptions& options = {}, const Context& context = Context(1));

}  // namespace impasto::inline v0_1
