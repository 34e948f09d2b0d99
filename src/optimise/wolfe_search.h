// Line search for the strong Wolfe conditions: how far to go along a direction (Nocedal & Wright, "Numerical
// Optimization", 2006, algorithms 3.5 and 3.6).
#pragma once

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// The function along the direction: phi(t) = f(x + t d).
struct LinePoint {
  double t = 0;
  double value = 0;  ///< phi(t); infinity where value or slope is not a number
  double slope = 0;  ///< phi'(t)
};

struct WolfeOptions {
  int max_evaluations = 25;
  /// An interval that moves no variable by more than this is not searched further.
  double tolerance = 1e-9;
};

/// Looks for t with  phi(t) <= phi(0) + c1 t phi'(0)  and  |phi'(t)| <= c2 |phi'(0)|,  c1 = 1e-4, c2 = 0.9. It walks
/// outwards until such points are bracketed, then narrows the bracket by cubic interpolation. Points where phi is not
/// finite are walls: the step is halved towards the last good point, and the first one that goes down is taken.
///
///   WolfeSearch search(...);
///   while (!search.finished()) search.answer(phi(search.trial()), slope(search.trial()));
///
/// Thread safety: a plain value.
class WolfeSearch {
 public:
  /// `start`: phi at t = 0, slope below 0. `first`: the first trial. `longest`: the largest |d_i|, of x or of the
  /// variables x depends on.
  WolfeSearch(const LinePoint& start, double first, double longest, const WolfeOptions& options);

  bool finished() const noexcept { return finished_; }
  /// Where phi is wanted next.
  double trial() const noexcept { return trial_; }
  /// phi and phi' there, finite or not.
  void answer(double value, double slope);
  /// What the search ends with if it ends now. t = 0: no point was lower than the start.
  const LinePoint& result() const noexcept { return low_; }
  /// The point answered last is result().
  bool advanced() const noexcept { return advanced_; }

 private:
  bool decreases(const LinePoint& point) const;
  bool flat(const LinePoint& point) const;
  void widen(const LinePoint& now);
  void narrow(const LinePoint& now);
  void propose();
  double keep_inside(double t, double lower, double upper);
  void take(const LinePoint& now);

  WolfeOptions options_;
  LinePoint start_;
  LinePoint low_;   // result(); while the bracket is sought: the point before the trial
  LinePoint high_;  // the other end of the bracket
  double longest_, trial_;
  int evaluations_ = 0;
  bool bracketed_ = false, crowded_ = false, advanced_ = false, finished_ = false;
};

/// Where the cubic through both points with both slopes has its minimum, kept between `lower` and `upper`; their middle
/// when it has none (ibid., equation 3.59).
double cubic_minimum(LinePoint a, LinePoint b, double lower, double upper);

}  // namespace impasto::IMPASTO_ABI
