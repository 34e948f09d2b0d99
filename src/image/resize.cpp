// Resizing with the arithmetic of TensorFlow's kernels, so that pictures prepared there and here agree to the last
// bits.
//
// Bilinear:     tensorflow/core/kernels/image/resize_bilinear_op.cc (half_pixel_centers).
// Antialiased:  tensorflow/core/kernels/image/scale_and_translate_op.cc (triangle kernel, rows before columns).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/check.h"
#include "image/limits.h"
#include "impasto/image.h"

namespace impasto {
namespace {

constexpr std::size_t kChannels = 3;

void check_request(const Image& image, int width, int height) {
  require(!image.empty(), ErrorCode::input, "a picture without pixels cannot be resized; load one first");
  require(width >= 1 && height >= 1, ErrorCode::input, "a picture cannot be resized to ", width, " x ", height,
          " pixels; both sides must be at least 1");
  check_image_size(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), "the size asked for");
}

// Between which two source pixels an output pixel lies, and how far towards the upper.
struct Between {
  std::size_t lower, upper;
  float fraction;
};

std::vector<Between> bilinear_positions(int in, int out) {
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  std::vector<Between> positions(static_cast<std::size_t>(out));
  for (int i = 0; i < out; ++i) {
    const float position = (static_cast<float>(i) + 0.5f) * scale - 0.5f;
    const float below = std::floor(position);
    const int upper = std::min(static_cast<int>(std::ceil(position)), in - 1);
    const int lower = std::min(std::max(static_cast<int>(below), 0), upper);
    positions[static_cast<std::size_t>(i)] = {static_cast<std::size_t>(lower), static_cast<std::size_t>(upper),
                                              position - below};
  }
  return positions;
}

// The source pixels first, first + 1, ... that make an output pixel; their weights add up to 1.
struct Span {
  std::size_t first;
  std::vector<float> weights;
};

std::vector<Span> triangle_spans(int in, int out) {
  const float inverse = 1.0f / (static_cast<float>(out) / static_cast<float>(in));
  const float radius = std::max(inverse, 1.0f);
  const float inverse_radius = 1.0f / radius;
  std::vector<Span> spans(static_cast<std::size_t>(out));
  for (int i = 0; i < out; ++i) {
    const float centre = (static_cast<float>(i) + 0.5f) * inverse;
    const int first = std::clamp(static_cast<int>(std::ceil(centre - radius - 0.5f)), 0, in - 1);
    const int last = std::clamp(static_cast<int>(std::floor(centre + radius - 0.5f)), 0, in - 1);
    Span& span = spans[static_cast<std::size_t>(i)];
    span.first = static_cast<std::size_t>(first);
    float sum = 0.0f;
    for (int source = first; source <= last; ++source) {
      const float distance = std::abs((static_cast<float>(source) + 0.5f - centre) * inverse_radius);
      span.weights.push_back(std::max(0.0f, 1.0f - distance));
      sum += span.weights.back();
    }
    const float normaliser = 1.0f / sum;
    for (float& weight : span.weights) weight *= normaliser;
  }
  return spans;
}

std::size_t row_values(const Image& image) { return static_cast<std::size_t>(image.width()) * kChannels; }

}  // namespace

Image resize_bilinear(const Image& image, int width, int height) {
  check_request(image, width, height);
  const std::vector<Between> columns = bilinear_positions(image.width(), width);
  const std::vector<Between> rows = bilinear_positions(image.height(), height);
  Image result(width, height);
  const float* source = image.pixels().data();
  float* to = result.pixels().data();
  for (const Between& y : rows) {
    const float* top = source + y.lower * row_values(image);
    const float* bottom = source + y.upper * row_values(image);
    for (const Between& x : columns) {
      const std::size_t left = x.lower * kChannels;
      const std::size_t right = x.upper * kChannels;
      for (std::size_t c = 0; c < kChannels; ++c) {
        const float above = top[left + c] + (top[right + c] - top[left + c]) * x.fraction;
        const float under = bottom[left + c] + (bottom[right + c] - bottom[left + c]) * x.fraction;
        *to++ = above + (under - above) * y.fraction;
      }
    }
  }
  return result;
}

Image resize_antialiased(const Image& image, int width, int height) {
  check_request(image, width, height);
  const std::vector<Span> columns = triangle_spans(image.width(), width);
  const std::vector<Span> rows = triangle_spans(image.height(), height);
  Image result(width, height);
  std::vector<float> blended(row_values(image));
  float* to = result.pixels().data();
  for (const Span& y : rows) {
    std::fill(blended.begin(), blended.end(), 0.0f);
    const float* source = image.pixels().data() + y.first * row_values(image);
    for (const float weight : y.weights) {
      for (std::size_t i = 0; i < blended.size(); ++i) blended[i] += weight * source[i];
      source += blended.size();
    }
    for (const Span& x : columns) {
      float sum[kChannels] = {};
      const float* from = blended.data() + x.first * kChannels;
      for (const float weight : x.weights) {
        for (std::size_t c = 0; c < kChannels; ++c) sum[c] += weight * *from++;
      }
      to = std::copy(std::begin(sum), std::end(sum), to);
    }
  }
  return result;
}

}  // namespace impasto
