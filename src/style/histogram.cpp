#include "style/histogram.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/parallel.h"

namespace impasto::inline v0_1 {
namespace {

constexpr Index kPixels = 8192;  // of a piece; counts and extremes do not depend on the order of pieces

float coordinate(const float* pixel, const std::array<float, 3>& axis) {
  return axis[0] * pixel[0] + axis[1] * pixel[1] + axis[2] * pixel[2];
}

// body(first pixel, pixel count, worker) for pieces of `pixels`.
template <class Body>
void for_pieces(const Context& context, Index pixels, Body&& body) {
  parallel_for(context, (pixels + kPixels - 1) / kPixels, [&](Index piece, int worker) {
    body(piece * kPixels, std::min(kPixels, pixels - piece * kPixels), worker);
  });
}

struct Interval {
  float low = std::numeric_limits<float>::max();
  float high = std::numeric_limits<float>::lowest();

  float width() const { return high - low; }
  int bin(float value) const {
    const int k = static_cast<int>((value - low) * (static_cast<float>(kHistogramBins) / width()));
    return std::clamp(k, 0, kHistogramBins - 1);
  }
  double edge(std::size_t k) const {
    return static_cast<double>(low) + static_cast<double>(width()) * static_cast<double>(k) / kHistogramBins;
  }
};

using Ranges = std::array<Interval, 3>;  // by axis

void widen(Ranges& ranges, View<const float> picture, const ColourAxes& axes, const Context& context) {
  std::vector<Ranges> found(static_cast<std::size_t>(context.threads()), ranges);
  for_pieces(context, picture.shape.count() / 3, [&](Index first, Index count, int worker) {
    Ranges mine = found[static_cast<std::size_t>(worker)];
    for (const float* pixel = picture.data + 3 * first; pixel < picture.data + 3 * (first + count); pixel += 3) {
      for (std::size_t k = 0; k < 3; ++k) {
        const float x = coordinate(pixel, axes[k]);
        mine[k].low = std::min(mine[k].low, x);
        mine[k].high = std::max(mine[k].high, x);
      }
    }
    found[static_cast<std::size_t>(worker)] = mine;
  });
  for (const Ranges& one : found) {
    for (std::size_t k = 0; k < 3; ++k) {
      ranges[k].low = std::min(ranges[k].low, one[k].low);
      ranges[k].high = std::max(ranges[k].high, one[k].high);
    }
  }
}

// By axis, the share of the pixels below each bin's edge: 0 first, 1 last, rising a little over empty bins too.
using Distributions = std::array<std::vector<double>, 3>;

void add_counts(Distributions& shares, double weight, View<const float> picture, const Ranges& ranges,
                const ColourAxes& axes, const Context& context) {
  using Counts = std::array<std::array<std::uint32_t, kHistogramBins>, 3>;
  std::vector<Counts> counts(static_cast<std::size_t>(context.threads()), Counts{});
  const Index P = picture.shape.count() / 3;
  for_pieces(context, P, [&](Index first, Index count, int worker) {
    Counts& mine = counts[static_cast<std::size_t>(worker)];
    for (const float* pixel = picture.data + 3 * first; pixel < picture.data + 3 * (first + count); pixel += 3) {
      for (std::size_t k = 0; k < 3; ++k)
        ++mine[k][static_cast<std::size_t>(ranges[k].bin(coordinate(pixel, axes[k])))];
    }
  });
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
      std::uint64_t total = 0;
      for (const Counts& one : counts) total += one[k][bin];
      shares[k][bin + 1] += weight * static_cast<double>(total) / static_cast<double>(P);
    }
  }
}

Distributions distributions_of(const std::vector<WeightedPicture>& pictures, const Ranges& ranges,
                               const ColourAxes& axes, const Context& context) {
  Distributions shares;
  shares.fill(std::vector<double>(kHistogramBins + 1, 0.0));
  double weights = 0;
  for (const WeightedPicture& picture : pictures) weights += picture.weight;
  for (const WeightedPicture& picture : pictures)
    add_counts(shares, picture.weight / weights, picture.values, ranges, axes, context);
  constexpr double kRise = 1e-6;  // of all bins together
  for (std::vector<double>& axis : shares) {
    for (std::size_t bin = 1; bin < axis.size(); ++bin)
      axis[bin] = axis[bin - 1] + (axis[bin] + kRise / kHistogramBins) / (1 + kRise);
  }
  return shares;
}

// Where each edge of the picture's bins goes.
std::vector<float> map_of_edges(const std::vector<double>& from, const std::vector<double>& to, const Interval& range) {
  std::vector<float> map;
  std::size_t bin = 0;
  for (const double share : from) {
    while (bin + 2 < to.size() && to[bin + 1] <= share) ++bin;
    const double within = std::clamp((share - to[bin]) / (to[bin + 1] - to[bin]), 0.0, 1.0);
    map.push_back(static_cast<float>(range.edge(bin) + within * (range.edge(bin + 1) - range.edge(bin))));
  }
  return map;
}

}  // namespace

void match_distributions(Tensor<float>& picture, const std::vector<WeightedPicture>& like, const ColourAxes& axes,
                         const Context& context) {
  Ranges from, to;
  widen(from, picture.view(), axes, context);
  for (const WeightedPicture& one : like) widen(to, one.values, axes, context);
  std::array<std::vector<float>, 3> maps;
  const Distributions mine = distributions_of({{picture.view()}}, from, axes, context);
  const Distributions wanted = distributions_of(like, to, axes, context);
  for (std::size_t k = 0; k < 3; ++k) maps[k] = map_of_edges(mine[k], wanted[k], to[k]);
  for_pieces(context, picture.shape().count() / 3, [&](Index first, Index count, int) {
    for (float* pixel = picture.data() + 3 * first; pixel < picture.data() + 3 * (first + count); pixel += 3) {
      std::array<float, 3> moved{};
      for (std::size_t k = 0; k < 3; ++k) {
        const float x = coordinate(pixel, axes[k]);
        float y = x;  // flat along this axis
        if (from[k].width() > 0) {
          const int bin = from[k].bin(x);
          const float* edge = maps[k].data() + bin;
          const float within = (x - from[k].low) * (kHistogramBins / from[k].width()) - static_cast<float>(bin);
          y = edge[0] + within * (edge[1] - edge[0]);
        }
        for (std::size_t c = 0; c < 3; ++c) moved[c] += y * axes[k][c];
      }
      std::copy(moved.begin(), moved.end(), pixel);
    }
  });
}

}  // namespace impasto::inline v0_1
