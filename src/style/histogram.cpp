#include "style/histogram.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "kernel/ranges.h"
#include "tensor/whole_arrays.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Where every pixel lies along an axis.
auto along(std::span<const float> picture, const std::array<float, 3>& axis) {
  return axis[0] * channel(picture, 0) + axis[1] * channel(picture, 1) + axis[2] * channel(picture, 2);
}

struct Interval {
  float low = std::numeric_limits<float>::max();
  float high = std::numeric_limits<float>::lowest();

  float width() const { return high - low; }
  // In bins from low on; 0 where there is no width.
  float position(float value) const { return width() > 0 ? (value - low) * (kHistogramBins / width()) : 0; }
  double edge(int k) const { return static_cast<double>(low) + static_cast<double>(width()) * k / kHistogramBins; }
  int bin(float value) const { return std::clamp(static_cast<int>(position(value)), 0, kHistogramBins - 1); }
};

Interval range_of(const std::vector<WeightedPicture>& pictures, const std::array<float, 3>& axis) {
  Interval range;
  for (const WeightedPicture& picture : pictures) {
    const std::array<float, 2> ends = xt::minmax(along(picture.values.values(), axis))();
    range = {std::min(range.low, ends[0]), std::max(range.high, ends[1])};
  }
  return range;
}

using Curve = xt::xtensor<double, 1>;  // over the edges of bins

// The share of the pixels below each edge: 0 first, 1 last, rising a little over empty bins too.
Curve distribution_of(const std::vector<WeightedPicture>& pictures, const Interval& range,
                      const std::array<float, 3>& axis) {
  constexpr double kRise = 1e-6;  // of all bins together
  Curve shares({kHistogramBins}, kRise / kHistogramBins);
  double weights = 0;
  for (const WeightedPicture& picture : pictures) weights += picture.weight;
  for (const WeightedPicture& picture : pictures) {
    Curve counts({kHistogramBins}, 0);
    for (const float value : along(picture.values.values(), axis)) counts(range.bin(value)) += 1;
    shares += picture.weight / weights * counts / xt::sum(counts)();
  }
  return xt::concatenate(xt::xtuple(xt::zeros<double>({1}), xt::cumsum(shares / (1 + kRise))));
}

// y = F_like^-1(F_picture(x)) at the edges of the picture's bins.
Curve map_of_edges(const Tensor<float>& picture, const Interval& from, const std::vector<WeightedPicture>& like,
                   const std::array<float, 3>& axis) {
  const Interval to = range_of(like, axis);
  Curve edges({kHistogramBins + 1}, 0);
  for (int k = 0; k <= kHistogramBins; ++k) edges(k) = to.edge(k);
  return xt::interp(distribution_of({{picture.view()}}, from, axis), distribution_of(like, to, axis), edges);
}

}  // namespace

void match_distributions(Tensor<float>& picture, const std::vector<WeightedPicture>& like, const ColourAxes& axes,
                         const Context& context) {
  std::array<Interval, 3> from;
  std::array<xt::xtensor<float, 1>, 3> maps;
  for (std::size_t k = 0; k < 3; ++k) {
    from[k] = range_of({{picture.view()}}, axes[k]);
    maps[k] = map_of_edges(picture, from[k], like, axes[k]);
  }
  for_ranges(context, picture.shape().count() / 3, [&](Index begin, Index end) {
    for (float* pixel = picture.data() + 3 * begin; pixel < picture.data() + 3 * end; pixel += 3) {
      std::array<float, 3> moved{};
      for (std::size_t k = 0; k < 3; ++k) {
        const float x = axes[k][0] * pixel[0] + axes[k][1] * pixel[1] + axes[k][2] * pixel[2];
        float y = x;  // flat along this axis
        if (from[k].width() > 0) {
          const int bin = from[k].bin(x);
          const float within = from[k].position(x) - static_cast<float>(bin);
          y = maps[k](bin) + within * (maps[k](bin + 1) - maps[k](bin));
        }
        for (std::size_t c = 0; c < 3; ++c) moved[c] += y * axes[k][c];
      }
      std::copy(moved.begin(), moved.end(), pixel);
    }
  });
}

}  // namespace impasto::IMPASTO_ABI
