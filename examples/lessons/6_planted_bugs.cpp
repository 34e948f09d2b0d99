// Lesson 6: three planted bugs, and how they are found. docs/LESSONS/6-planted-bugs.md
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "impasto/impasto.h"

constexpr std::size_t kSide = 6;

// V = sum (x[h,w+1] - x[h,w])^2 + (x[h+1,w] - x[h,w])^2
double variation(std::span<const double> x) {
  double sum = 0;
  for (std::size_t p = 0; p < kSide * kSide; ++p) {
    if (p % kSide + 1 < kSide) sum += std::pow(x[p + 1] - x[p], 2);
    if (p / kSide + 1 < kSide) sum += std::pow(x[p + kSide] - x[p], 2);
  }
  return sum;
}

// With `bug`, the lower of two neighbours gets nothing where it is in the last row.
void variation_gradient(std::span<const double> x, std::span<double> g, bool bug) {
  for (double& value : g) value = 0;
  for (std::size_t p = 0; p < kSide * kSide; ++p) {
    for (const std::size_t step : {std::size_t{1}, kSide}) {
      const bool inside = step == 1 ? p % kSide + 1 < kSide : p / kSide + 1 < kSide;
      if (!inside) continue;
      const double slope = 2 * (x[p + step] - x[p]);
      g[p] -= slope;
      if (!bug || step == 1 || p / kSide + 2 < kSide) g[p + step] += slope;
    }
  }
}

void check(const char* name, bool bug) {
  std::vector<double> x;
  for (std::size_t p = 0; p < kSide * kSide; ++p) x.push_back(std::sin(static_cast<double>(p * p)));
  const impasto::GradcheckResult result = impasto::gradcheck(
      variation, [bug](std::span<const double> at, std::span<double> g) { variation_gradient(at, g, bug); }, x,
      {.epsilons = {1e-2, 1e-4, 1e-6}});
  const std::size_t p = result.worst.index;
  std::printf("%s: %s", name, result.passed ? "right\n" : "wrong");
  if (!result.passed)
    std::printf(", worst at row %zu, column %zu: analytic %.4f, numeric %.4f\n", p / kSide, p % kSide,
                result.worst.analytic, result.worst.numeric);
  std::printf("  error at steps");
  for (const impasto::EpsilonError& point : result.curve)
    std::printf("  %.0e: %s", point.epsilon, point.error < 1e-6 ? "below 1e-06" : "above 1e-06");
  std::printf("\n");
}

// Waves, 0..1; `range` 255 forgets to divide.
impasto::Image picture(float range) {
  impasto::Image image(32, 32);
  for (std::size_t i = 0; i < image.pixels().size(); ++i)
    image.pixels()[i] = range * static_cast<float>(0.5 + 0.4 * std::sin(0.1 * static_cast<double>(i)));
  return image;
}

impasto::Inspection look(const impasto::Image& content, std::vector<float> start, const impasto::Context& context) {
  const impasto::Weights weights = impasto::Weights::formula();
  impasto::Options options = impasto::preset("default", weights);
  options.size = 32;
  options.scale_count = 1;
  options.scale_sizes = {};
  options.noise_amplitude = 0;
  options.start = start.empty() ? impasto::Start::content : impasto::Start::values;
  options.start_values = std::move(start);
  impasto::Pictures pictures;
  pictures.content = content;
  return impasto::inspect(pictures, weights, options, {}, context);
}

int main() {
  check("1. without the bug", false);
  check("   with the bug", true);

  for (const float range : {1.0F, 255.0F}) {
    const impasto::NumberSummary seen = look(picture(range), {}, impasto::Context(1)).nodes.front().value;
    std::printf("2. pixels 0..%.0f: the network sees mean %.1f, deviation %.1f\n", range, seen.mean, seen.deviation);
  }

  std::vector<float> start = impasto::normalise(picture(1));
  start[(4 * 32 + 9) * 3 + 1] = std::numeric_limits<float>::quiet_NaN();
  std::size_t spoilt = 0;
  const impasto::Inspection seen = look(picture(1), start, impasto::Context(1));
  for (const impasto::InspectedNode& node : seen.nodes) spoilt += node.value.not_finite > 0 ? 1 : 0;
  std::printf("3. %s values that are not finite\n", spoilt > 1 ? "several ops have" : "no op has");
  try {
    look(picture(1), start, impasto::Context(1).with_number_checks());
  } catch (const impasto::Error& error) {
    std::printf("   %s\n", error.what());
  }
}
