#include "style/noise.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/random.h"

namespace impasto {
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
  std::array<double, 4> weight;
};

// Bicubic enlargement along one axis, half-pixel centres, edges clamped.
CubicTap cubic_tap(Index position, Index size, Index source_size) {
  const double x =
      (static_cast<double>(position) + 0.5) * static_cast<double>(source_size) / static_cast<double>(size) - 0.5;
  Index base = static_cast<Index>(x);
  if (x < 0) --base;
  CubicTap tap{{}, cubic_weights(x - static_cast<double>(base))};
  for (Index k = 0; k < 4; ++k) {
    tap.source[static_cast<std::size_t>(k)] = std::clamp(base - 1 + k, Index{0}, source_size - 1);
  }
  return tap;
}

// Adds amplitude * normal noise drawn on a grid of h x w and enlarged to the whole.
void add_octave(Tensor<float>& noise, Index h, Index w, double amplitude, Random& random) {
  const Index H = noise.shape()[0], W = noise.shape()[1];
  Tensor<double> grid({h, w, 3});
  for (double& value : grid.values()) value = amplitude * random.normal();
  for (Index y = 0; y < H; ++y) {
    const CubicTap rows = cubic_tap(y, H, h);
    for (Index x = 0; x < W; ++x) {
      const CubicTap columns = cubic_tap(x, W, w);
      for (Index c = 0; c < 3; ++c) {
        double sum = 0;
        for (std::size_t i = 0; i < 4; ++i) {
          for (std::size_t j = 0; j < 4; ++j) {
            sum += rows.weight[i] * columns.weight[j] * grid[(rows.source[i] * w + columns.source[j]) * 3 + c];
          }
        }
        noise[(y * W + x) * 3 + c] += static_cast<float>(sum);
      }
    }
  }
}

}  // namespace

Tensor<float> make_noise(const Shape& shape, NoiseKind kind, double amplitude, std::uint64_t seed, const Context&) {
  Tensor<float> noise(shape, 0.0F);
  if (amplitude == 0) return noise;
  Random random(seed);
  if (kind == NoiseKind::uniform) {
    for (float& value : noise.values()) value = static_cast<float>(random.uniform(-amplitude, amplitude));
    return noise;
  }
  for (int octave = 0; octave < kOctaves; ++octave) {
    add_octave(noise, (shape[0] >> octave) + 1, (shape[1] >> octave) + 1, amplitude, random);
  }
  return noise;
}

Tensor<float> make_start(const Tensor<float>& content, const Options& options, const Context& context) {
  Tensor<float> start = make_noise(content.shape(), options.noise, options.noise_amplitude, options.seed, context);
  if (options.start == Start::noise) return start;
  std::span<const float> base = content.values();
  if (options.start == Start::values) {
    require(options.start_values.size() == base.size(), ErrorCode::usage, "the start picture has ",
            options.start_values.size(), " values; wanted ", base.size(), " for a painting of ", content.shape()[1],
            " x ", content.shape()[0], " pixels");
    base = options.start_values;
  }
  const float factor = options.start == Start::blend ? 0.5F : 1.0F;
  for (Index i = 0; i < start.shape().count(); ++i) start[i] = (start[i] + base[static_cast<std::size_t>(i)]) * factor;
  return start;
}

}  // namespace impasto
