// The line search alone: functions of one variable.
#include "optimise/wolfe_search.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace impasto {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A function and its derivative.
using Line = std::function<LinePoint(double)>;

struct Found {
  LinePoint point;
  int evaluations = 0;
  bool last_is_result = false;
};

Found search(const Line& phi, double first, const WolfeOptions& options = {}) {
  LinePoint start = phi(0);
  WolfeSearch wolfe(start, first, 1, options);
  Found found;
  while (!wolfe.finished()) {
    const LinePoint at = phi(wolfe.trial());
    wolfe.answer(at.value, at.slope);
    ++found.evaluations;
    REQUIRE(found.evaluations <= options.max_evaluations);
  }
  found.point = wolfe.result();
  found.last_is_result = wolfe.advanced();
  return found;
}

void check_wolfe(const Line& phi, const LinePoint& found) {
  const LinePoint start = phi(0), there = phi(found.t);
  CHECK(found.t > 0);
  CHECK(there.value == found.value);
  CHECK(found.value <= start.value + 1e-4 * found.t * start.slope);
  CHECK(std::abs(found.slope) <= -0.9 * start.slope);
}

TEST_CASE("optimise: the line search meets the strong Wolfe conditions from first trials much too short and too long") {
  const Line parabola = [](double t) { return LinePoint{t, (t - 3) * (t - 3), 2 * (t - 3)}; };
  // Moré & Thuente's first function: flat far out, concave at the start.
  const Line hollow = [](double t) {
    const double below = t * t + 2;
    return LinePoint{t, -t / below, -1 / below + 2 * t * t / (below * below)};
  };
  for (const double first : {1e-8, 1e-3, 0.1, 1.0, 10.0, 1e3}) {
    INFO("first trial ", first);
    check_wolfe(parabola, search(parabola, first).point);
    check_wolfe(hollow, search(hollow, first).point);
  }
  const Line ripples = [](double t) {
    return LinePoint{t, 0.1 * t * t - 2 * t + 0.3 * std::sin(5 * t), 0.2 * t - 2 + 1.5 * std::cos(5 * t)};
  };
  for (const double first : {1e-3, 0.5, 1.0, 7.0, 100.0}) {
    INFO("first trial ", first);
    check_wolfe(ripples, search(ripples, first).point);
  }
}

TEST_CASE("optimise: a first trial that meets the conditions is taken at once") {
  const Line parabola = [](double t) { return LinePoint{t, (t - 1) * (t - 1), 2 * (t - 1)}; };
  const Found found = search(parabola, 1);
  CHECK(found.point.t == 1);
  CHECK(found.evaluations == 1);
  CHECK(found.last_is_result);
}

TEST_CASE("optimise: the line search turns back where the function is not a number, and takes the first lower point") {
  for (const double wall : {0.9, 0.3, 1e-3}) {
    for (const LinePoint beyond :
         {LinePoint{0, kNan, 1}, {0, kInfinity, kInfinity}, {0, -1, kNan}, {0, -kInfinity, 0}}) {
      INFO("wall at ", wall, ", beyond it ", beyond.value, " with slope ", beyond.slope);
      const Line falling = [&](double t) { return t > wall ? beyond : LinePoint{t, -t, -1}; };
      const Found found = search(falling, 1);
      CHECK(found.point.t > wall / 2 - 1e-12);
      CHECK(found.point.t <= wall);
      CHECK(found.point.value == -found.point.t);
    }
  }
  const Line inside = [](double t) {
    return t > 0.8 ? LinePoint{t, kNan, kNan} : LinePoint{t, (t - 0.4) * (t - 0.4), 2 * (t - 0.4)};
  };
  check_wolfe(inside, search(inside, 50).point);
}

TEST_CASE("optimise: a line without a lower point ends at 0, within the evaluations allowed") {
  const Line lies = [](double t) { return LinePoint{t, t, -1}; };  // rises, whatever its slope says
  const Line cliff = [](double t) { return t > 0 ? LinePoint{t, kNan, kNan} : LinePoint{t, 0, -1}; };
  WolfeOptions few;
  few.max_evaluations = 4;
  for (const Line& line : {lies, cliff}) {
    CHECK(search(line, 1).point.t == 0);
    const Found found = search(line, 1, few);
    CHECK(found.point.t == 0);
    CHECK(found.evaluations == 4);
    CHECK_FALSE(found.last_is_result);
  }
}

TEST_CASE("optimise: a line that falls for ever ends at the lowest point seen") {
  const Line line = [](double t) { return LinePoint{t, -t, -1}; };
  WolfeOptions options;
  options.max_evaluations = 6;
  const Found found = search(line, 1, options);
  CHECK(found.evaluations == 6);
  CHECK(found.point.t > 1e4);
  CHECK(found.last_is_result);
}

TEST_CASE("optimise: the cubic's minimum is found for a cubic, and kept inside its bounds") {
  // t^3 - 3 t has its minimum at 1.
  const auto at = [](double t) { return LinePoint{t, t * t * t - 3 * t, 3 * t * t - 3}; };
  CHECK(cubic_minimum(at(0), at(2), 0, 2) == doctest::Approx(1).epsilon(1e-12));
  CHECK(cubic_minimum(at(2), at(0), 0, 2) == doctest::Approx(1).epsilon(1e-12));
  CHECK(cubic_minimum(at(0), at(2), 1.5, 2) == 1.5);
  CHECK(cubic_minimum(at(0), at(0.5), 0.55, 0.8) == 0.8);
  CHECK(cubic_minimum({0, 0, -1}, {1, -1, -1}, 1, 3) == 3);    // a straight line falls to the end
  CHECK(cubic_minimum({0, 0, -1}, {1, -0.8, -1}, 1, 3) == 2);  // this one has no minimum: the middle
}

}  // namespace
}  // namespace impasto
