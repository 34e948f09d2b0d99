#include "optimise/wolfe_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace impasto::IMPASTO_ABI {
namespace {

constexpr double kDecrease = 1e-4, kCurvature = 0.9;  // c1 and c2, usual for quasi-Newton directions

bool is_wall(const LinePoint& point) { return std::isinf(point.value); }

}  // namespace

double cubic_minimum(LinePoint a, LinePoint b, double lower, double upper) {
  if (a.t > b.t) std::swap(a, b);
  const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (lower + upper) / 2;
  const double d2 = std::sqrt(square);
  const double t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
  return std::isnan(t) ? (lower + upper) / 2 : std::clamp(t, lower, upper);
}

WolfeSearch::WolfeSearch(const LinePoint& start, double first, double longest, const WolfeOptions& options)
    : options_(options), start_(start), low_(start), longest_(longest), trial_(first) {}

bool WolfeSearch::decreases(const LinePoint& point) const {
  return point.value <= start_.value + kDecrease * point.t * start_.slope;
}

bool WolfeSearch::flat(const LinePoint& point) const { return std::abs(point.slope) <= -kCurvature * start_.slope; }

void WolfeSearch::take(const LinePoint& now) {
  low_ = now;
  advanced_ = true;
}

void WolfeSearch::answer(double value, double slope) {
  LinePoint now{trial_, value, slope};
  if (!std::isfinite(value) || !std::isfinite(slope)) now.value = std::numeric_limits<double>::infinity();
  ++evaluations_;
  advanced_ = false;
  if (bracketed_) {
    narrow(now);
  } else {
    widen(now);
  }
  if (evaluations_ >= options_.max_evaluations) finished_ = true;
  if (!finished_ && bracketed_) propose();
}

// Algorithm 3.5: outwards from low_, which lies before the trial.
void WolfeSearch::widen(const LinePoint& now) {
  const bool rose = evaluations_ > 2 && now.value >= low_.value;
  if (decreases(now) && !rose && flat(now)) {
    take(now);
    finished_ = true;
  } else if (!decreases(now) || rose || now.slope >= 0) {
    bracketed_ = true;
    high_ = now;
    if (decreases(now) && !rose) {
      high_ = low_;
      take(now);
    }
  } else {
    trial_ = cubic_minimum(low_, now, now.t + 0.01 * (now.t - low_.t), 10 * now.t);
    take(now);
  }
}

// Algorithm 3.6: the trial lies between low_ and high_.
void WolfeSearch::narrow(const LinePoint& now) {
  if (!decreases(now) || now.value >= low_.value) {
    high_ = now;
    return;
  }
  if (flat(now)) {
    finished_ = true;
  } else if (now.slope * (high_.t - low_.t) >= 0) {
    high_ = low_;
  }
  take(now);
}

// The next trial inside the bracket, or the end.
void WolfeSearch::propose() {
  const double lower = std::min(low_.t, high_.t), upper = std::max(low_.t, high_.t);
  if ((upper - lower) * longest_ < options_.tolerance) {
    finished_ = true;
  } else if (is_wall(high_)) {
    finished_ = low_.t > 0;
    trial_ = (lower + upper) / 2;
  } else {
    trial_ = keep_inside(cubic_minimum(low_, high_, lower, upper), lower, upper);
  }
}

// A trial within a tenth of the bracket from its end is allowed once; the next such one is moved inside by that tenth.
double WolfeSearch::keep_inside(double t, double lower, double upper) {
  const double margin = 0.1 * (upper - lower);
  const bool near = std::min(upper - t, t - lower) < margin;
  const bool move = near && (crowded_ || t >= upper || t <= lower);
  crowded_ = near && !move;
  if (!move) return t;
  return upper - t < t - lower ? upper - margin : lower + margin;
}

}  // namespace impasto::IMPASTO_ABI
