#include "style/noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr int kOctaves = 4;

// Keys' cubic (a = -0.75, as PyTorch's bicubic) for the four neighbours of a point at fraction t.
std::array<double, 4> cubic_weights(double t) {
  constexpr double a = -0.75;
  const auto near = [](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(1 + t), near(t), near(1 - t), far(2 - t)};
}

struct CubicTap {
  std::array<Index, 4> source;
  std::array<float, 4> weight;
};

// Taps of every position along one axis: half-pixel centres, edges clamped.
std::vector<CubicTap> cubic_taps(Index size, Index source_size) {
  std::vector<CubicTap> taps(static_cast<std::size_t>(size));
  for (Index i = 0; i < size; ++i) {
    const double x =
        (static_cast<double>(i) + 0.5) * static_cast<double>(source_size) / static_cast<double>(size) - 0.5;
    const Index base = static_cast<Index>(std::floor(x));
    const std::array<double, 4> weights = cubic_weights(x - static_cast<double>(base));
    for (std::size_t k = 0; k < 4; ++k) {
      taps[static_cast<std::size_t>(i)].source[k] =
          std::clamp(base - 1 + static_cast<Index>(k), Index{0}, source_size - 1);
      taps[static_cast<std::size_t>(i)].weight[k] = static_cast<float>(weights[k]);
    }
  }
  return taps;
}

// to += the values at to's size: columns first, then rows.
void add_resized(const Tensor<float>& values, Tensor<float>& to, const Context& context) {
  const Index h = values.shape()[0], w = values.shape()[1], C = values.shape()[2];
  const Index H = to.shape()[0], W = to.shape()[1];
  const std::vector<CubicTap> rows = cubic_taps(H, h), columns = cubic_taps(W, w);
  Tensor<float> wide({h, W, C}, context);
  parallel_for(context, h, [&](Index y, int) {
    const float* from = values.data() + y * w * C;
    float* row = wide.data() + y * W * C;
    for (const CubicTap& tap : columns) {
      for (Index c = 0; c < C; ++c) {
        float sum = 0;
        for (std::size_t k = 0; k < 4; ++k) sum += tap.weight[k] * from[tap.source[k] * C + c];
        *row++ = sum;
      }
    }
  });
  parallel_for(context, H, [&](Index y, int) {
    const CubicTap& tap = rows[static_cast<std::size_t>(y)];
    std::array<const float*, 4> from;
    for (std::size_t k = 0; k < 4; ++k) from[k] = wide.data() + tap.source[k] * W * C;
    float* row = to.data() + y * W * C;
    for (Index i = 0; i < W * C; ++i) {
      row[i] += tap.weight[0] * from[0][i] + tap.weight[1] * from[1][i] + tap.weight[2] * from[2][i] +
                tap.weight[3] * from[3][i];
    }
  });
}

// On threads, which are given the memory page by page.
Tensor<float> zeros(const Shape& shape, const Context& context) {
  Tensor<float> values(shape, context);
  for_ranges(context, shape.count(),
             [to = values.data()](Index begin, Index end) { std::fill(to + begin, to + end, 0.0F); });
  return values;
}

// Every value draw(random), which calls bits() `bits` times, row by row from where `random` stands, which is moved on.
template <class Draw>
void fill(Tensor<float>& values, std::uint64_t bits, Random& random, const Context& context, Draw draw) {
  const Index rows = values.shape()[0], row = values.shape().count() / rows;
  const std::uint64_t bits_of_row = static_cast<std::uint64_t>(row) * bits;
  parallel_for(context, rows, [&, start = random](Index y, int) {
    Random mine = start;
    mine.skip(static_cast<std::uint64_t>(y) * bits_of_row);
    for (Index i = y * row; i < (y + 1) * row; ++i) values[i] = static_cast<float>(draw(mine));
  });
  random.skip(static_cast<std::uint64_t>(rows) * bits_of_row);
}

void fill_normal(Tensor<float>& values, double amplitude, Random& random, const Context& context) {
  fill(values, Random::kBitsOfNormal, random, context, [=](Random& mine) { return amplitude * mine.normal(); });
}

}  // namespace

Tensor<float> make_noise(const Shape& shape, NoiseKind kind, double amplitude, std::uint64_t seed,
                         const Context& context) {
  Tensor<float> noise = zeros(shape, context);
  if (amplitude == 0) return noise;
  Random random(seed);
  switch (kind) {
    case NoiseKind::uniform:
      fill(noise, 1, random, context, [=](Random& mine) { return mine.uniform(-amplitude, amplitude); });
      break;
    case NoiseKind::white:
      fill_normal(noise, amplitude, random, context);
      break;
    case NoiseKind::octaves:
      for (int octave = 0; octave < kOctaves; ++octave) {
        Tensor<float> grid({(shape[0] >> octave) + 1, (shape[1] >> octave) + 1, shape[2]}, context);
        fill_normal(grid, amplitude, random, context);
        add_resized(grid, noise, context);
      }
      break;
  }
  return noise;
}

Tensor<float> resize_values(const Tensor<float>& values, Index height, Index width, const Context& context) {
  Tensor<float> resized = zeros({height, width, values.shape()[2]}, context);
  add_resized(values, resized, context);
  return resized;
}

}  // namespace impasto::IMPASTO_ABI
