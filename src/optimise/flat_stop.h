// When to stop: the loss has become flat.
#pragma once

#include <array>
#include <limits>

#include "impasto/export.h"
#include "optimise/state_visitor.h"

namespace impasto::IMPASTO_ABI {

/// Fed with the loss of each step of any optimiser. Flat: 10 steps lowered the lowest loss seen by less than `fraction`
/// of its size. The lowest, because Adam's loss goes up and down by more than it gains.
/// Thread safety: a plain value.
class FlatStop {
 public:
  /// `fraction` 0: never flat.
  explicit FlatStop(double fraction) : fraction_(fraction) {}
  /// Whether the loss is flat, this one included. A loss that is not a number lowers nothing.
  bool add(double loss);
  template <class T>
  void visit_state(StateVisitor<T>& visitor) {
    visitor.number("flat.lowest", lowest_);
    visitor.numbers("flat.before", before_);
    visitor.count("flat.steps", steps_, 0, std::numeric_limits<int>::max());
  }

 private:
  static constexpr int kSteps = 10;
  double fraction_;
  double lowest_ = std::numeric_limits<double>::infinity();
  std::array<double, kSteps> before_{};  // lowest_ after each of the last steps, a ring
  long steps_ = 0;
};

}  // namespace impasto::IMPASTO_ABI
