// Gradients against central differences: of your own functions, and of everything the engine is made of.
//
// A wrong gradient disagrees with (f(x + e) - f(x - e)) / 2e at every step e. A right one draws a V: for large e the
// function's curvature shows (the error falls with e^2), for small ones the rounding of f (it grows with 1/e).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "impasto/context.h"
#include "impasto/export.h"
#include "impasto/weights.h"

namespace impasto::IMPASTO_ABI {

/// f(x), a scalar.
using ValueFunction = std::function<double(std::span<const double> x)>;
/// Writes df/dx, as many values as x has; whatever `gradient` held before is to be replaced.
using GradientFunction = std::function<void(std::span<const double> x, std::span<double> gradient)>;

struct GradcheckOptions {
  /// Half widths of the differences, above 0. With several, an element's numeric gradient is taken where the slopes to
  /// its two sides agree best, rounding counted: kinks and curvature spoil large steps, rounding small ones.
  std::vector<double> epsilons{1e-5};
  double absolute = 1e-7;   ///< tolerance, beside what the rounding of f leaves in a difference
  double relative = 1e-6;   ///< tolerance as a share of the numeric gradient
  double of_largest = 0;    ///< tolerance as a share of the largest analytic gradient
  std::size_t most = 2000;  ///< elements tried, evenly spread
};

/// What one element's gradient is and was found to be.
struct GradcheckElement {
  std::size_t index = 0;
  double analytic = 0;
  double numeric = 0;
  double epsilon = 0;  ///< the step that `numeric` comes from
  double error = 0;    ///< |analytic - numeric| / tolerance: at most 1 is right; not a number when one of them is none
};

/// How well a step fits.
struct EpsilonError {
  double epsilon = 0;
  double error = 0;  ///< largest |analytic - numeric| of all elements tried, as a share of the largest gradient
};

struct IMPASTO_API GradcheckResult {
  bool passed = false;
  GradcheckElement worst;
  std::vector<EpsilonError> curve;  ///< one a step, in the order of the options
  std::size_t tried = 0;            ///< elements
  std::string describe() const;     ///< the worst element, in one line
};

/// Compares `gradient` at `x` with differences of `value`. Throws Error(usage) for an empty x or steps that are not
/// above 0; what the callbacks throw passes through. Thread safety: any thread, if the callbacks are.
IMPASTO_API GradcheckResult gradcheck(const ValueFunction& value, const GradientFunction& gradient,
                                      std::span<const double> x, const GradcheckOptions& options = {});

struct EngineGradcheckOptions {
  /// Of the map an op is given, H x W x C, each 1 to 64; the network and the loss take H x W x 3. 0: 6 x 7 x 3, and
  /// 16 x 16 x 3 for the network and the loss.
  std::size_t height = 0, width = 0, channels = 0;
  std::uint64_t seed = 0;  ///< of the points
  /// The analytic gradient comes from the float engine on the context's SIMD target, Winograd and fused layers
  /// included; differences are taken in double all the same, of the plain ops.
  bool in_float = false;
  std::vector<double> epsilons{1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8};
};

struct EngineGradcheck {
  std::string subject;       ///< as options name it
  std::string shape;         ///< of the variable the worst element is in: "6 x 7 x 3"
  std::size_t variable = 0;  ///< which of the op's variables, from 0
  std::string element;       ///< its place there: "(2, 0, 1)"
  GradcheckResult result;    ///< its index counts through all variables
};

/// The names that are understood, in their order.
IMPASTO_API std::vector<std::string> gradcheck_subjects();

/// Checks a part of the engine. `subject`: "op" (every op), an op by its name, "vgg19" (the network), "loss" (all a
/// painting minimises), or "all". `weights` are the network's. Throws Error(usage) for a name that is not known, with
/// the known ones, or a shape out of range; Error(input) for a shape that the op cannot take.
IMPASTO_API std::vector<EngineGradcheck> gradcheck_engine(const std::string& subject, const Weights& weights,
                                                          const EngineGradcheckOptions& options = {},
                                                          const Context& context = Context());

}  // namespace impasto::IMPASTO_ABI
