#include "cli/forecast.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace impasto::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSize = 384;  // of the small painting: a step takes tenths of a second, and caches do not hold its maps
constexpr int kSteps = 6;   // behind the first, which searches longer
constexpr double kSlower = 1.1;  // later steps are slower: L-BFGS's pairs fill up

double pixels(const PaintingSize& size) { return static_cast<double>(size.width) * size.height; }

// At most kSize on the long side, at one scale.
Options small_options(const Pictures& pictures, Options options) {
  const PaintingSize size = painting_size(pictures.content, options);
  const int side = std::max(size.width, size.height), smaller = std::min(side, kSize);
  options.size = smaller;
  options.width = options.height = 0;
  if (options.style_size > 0) options.style_size = std::max(1, options.style_size * smaller / side);
  options.scale_sizes.clear();
  options.region_size = 0;
  options.scale_count = 1;
  options.iterations = {kSteps + 1};
  options.stop_when_flat = 0;
  if (options.start == Start::values) options.start = Start::content;
  options.start_values.clear();
  return options;
}

}  // namespace

Forecast forecast(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context,
                  double work) {
  const Clock::time_point begin = Clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  const Options small = small_options(pictures, options);
  Stylizer stylizer(pictures, weights, small, context);
  const double preparation = seconds();
  stylizer.step();
  const double first = seconds();
  for (int i = 0; i < kSteps && !stylizer.finished(); ++i) stylizer.step();
  const double step = (seconds() - first) / kSteps;

  Forecast all;
  const double measured = pixels(painting_size(pictures.content, small));
  const std::vector<PaintingSize> sizes = painting_sizes(pictures.content, options);
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    const double share = pixels(sizes[k]) / measured;
    all.preparation += preparation * share;
    const double longer = k + 1 == sizes.size() ? work : 1;
    all.steps += kSlower * longer * step * share * iterations_at(options, static_cast<int>(k));
  }
  return all;
}

double expected_seconds(const Stylizer& stylizer, const Step& step, const std::vector<PaintingSize>& sizes) {
  const std::size_t scale = static_cast<std::size_t>(step.scale) - 1;
  const double second_a_pixel = step.seconds / pixels(sizes[scale]);
  int left = step.steps - step.step;
  double seconds = stylizer.seconds();
  for (std::size_t k = sizes.size() - 1; k > scale; --k) {
    const int at_scale = std::min(left, iterations_at(stylizer.options(), static_cast<int>(k)));
    seconds += at_scale * second_a_pixel * pixels(sizes[k]);
    left -= at_scale;
  }
  return seconds + left * step.seconds;
}

}  // namespace impasto::cli
