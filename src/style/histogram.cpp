#include "style/histogram.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/ranges.h"
#include "tensor/whole_arrays.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Pixels [begin, end).
std::span<const float> pixels_of(const View<const float>& picture, Index begin, Index end) {
  return {picture.data + 3 * begin, static_cast<std::size_t>(3 * (end - begin))};
}

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

Interval range_of(const std::vector<WeightedPicture>& pictures, const std::array<float, 3>& axis,
                  const Context& context) {
  const auto add = [](Interval& all, const Interval& next) {
    all = {std::min(all.low, next.low), std::max(all.high, next.high)};
  };
  Interval range;
  for (const WeightedPicture& picture : pictures) {
    const auto part = [&](Index begin, Index end) {
      const std::array<float, 2> ends = xt::minmax(along(pixels_of(picture.values, begin, end), axis))();
      return Interval{ends[0], ends[1]};
    };
    add(range, fold_pieces(context, picture.values.shape.count() / 3, part, add));
  }
  return range;
}

using Curve = xt::xtensor<double, 1>;  // over the edges of bins

// The share of the pixels below each edge: 0 first, 1 last, rising a little over empty bins too.
Curve distribution_of(const std::vector<WeightedPicture>& pictures, const Interval& range,
                      const std::array<float, 3>& axis, const Context& context) {
  constexpr double kRise = 1e-6;  // of all bins together
  Curve shares({kHistogramBins}, kRise / kHistogramBins);
  double weights = 0;
  for (const WeightedPicture& picture : pictures) weights += picture.weight;
  for (const WeightedPicture& picture : pictures) {
    const auto part = [&](Index begin, Index end) {
      Curve counts({kHistogramBins}, 0);
      for (const float value : along(pixels_of(picture.values, begin, end), axis)) counts(range.bin(value)) += 1;
      return counts;
    };
    const Curve counts = fold_pieces<64>(context, picture.values.shape.count() / 3, part,
                                         [](Curve& all, const Curve& next) { all += next; });
    shares += picture.weight / weights * counts / xt::sum(counts)();
  }
  return xt::concatenate(xt::xtuple(xt::zeros<double>({1}), xt::cumsum(shares / (1 + kRise))));
}

// y = F_like^-1(F_picture(x)) at the edges of the picture's bins.
Curve map_of_edges(const Tensor<float>& picture, const Interval& from, const std::vector<WeightedPicture>& like,
                   const std::array<float, 3>& axis, const Context& context) {
  const Interval to = range_of(like, axis, context);
  Curve edges({kHistogramBins + 1}, 0);
  for (int k = 0; k <= kHistogramBins; ++k) edges(k) = to.edge(k);
  return xt::interp(distribution_of({{picture.view()}}, from, axis, context), distribution_of(like, to, axis, context),
                    edges);
}

}  // namespace

void match_distributions(Tensor<float>& picture, const std::vector<WeightedPicture>& like, const ColourAxes& axes,
                         const Context& context) {
  std::array<Interval, 3> from;
  std::array<xt::xtensor<float, 1>, 3> maps;
  for (std::size_t k = 0; k < 3; ++k) {
    from[k] = range_of({{picture.view()}}, axes[k], context);
    maps[k] = map_of_edges(picture, from[k], like, axes[k], context);
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
