// Resizing with the arithmetic of TensorFlow's kernels, so that pictures prepared there and here agree to the last
// bits.
//
// Bilinear:     tensorflow/core/kernels/image/resize_bilinear_op.cc (half_pixel_centers).
// Antialiased:  tensorflow/core/kernels/image/scale_and_translate_op.cc (triangle kernel, rows before columns).
#include "image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/parallel.h"
#include "base/ranges.h"
#include "image/limits.h"
#include "image/quantize.h"
#include "image/resample.h"
#include "image/srgb.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {
namespace {

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

// A plane's values of one row.
std::size_t row_values(const Plane& plane) { return plane.width * plane.channels; }

template <std::size_t Channels>
void bilinear(const Context& context, const Plane& from, const std::vector<Between>& columns,
              const std::vector<Between>& rows, float* to_all) {
  parallel_for(context, static_cast<std::ptrdiff_t>(rows.size()), [&](std::ptrdiff_t row, int) {
    const Between& y = rows[static_cast<std::size_t>(row)];
    float* to = to_all + static_cast<std::size_t>(row) * columns.size() * Channels;
    const float* top = from.values + y.lower * row_values(from);
    const float* bottom = from.values + y.upper * row_values(from);
    for (const Between& x : columns) {
      const std::size_t left = x.lower * Channels;
      const std::size_t right = x.upper * Channels;
      for (std::size_t c = 0; c < Channels; ++c) {
        const float above = top[left + c] + (top[right + c] - top[left + c]) * x.fraction;
        const float under = bottom[left + c] + (bottom[right + c] - bottom[left + c]) * x.fraction;
        *to++ = above + (under - above) * y.fraction;
      }
    }
  });
}

void bilinear_plane(const Context& context, const Plane& from, std::size_t width, std::size_t height, float* to) {
  const auto columns = bilinear_positions(static_cast<int>(from.width), static_cast<int>(width));
  const auto rows = bilinear_positions(static_cast<int>(from.height), static_cast<int>(height));
  if (from.channels == 3) {
    bilinear<3>(context, from, columns, rows, to);
  } else {
    bilinear<1>(context, from, columns, rows, to);
  }
}

void triangle_plane(const Context& context, const Plane& from, std::size_t width, std::size_t height, float* to) {
  resample(context, from, triangle_spans(static_cast<int>(from.width), static_cast<int>(width)),
           triangle_spans(static_cast<int>(from.height), static_cast<int>(height)), to);
}

void resize_plane(const Context& context, const Plane& from, std::size_t width, std::size_t height, Filter filter,
                  float* to) {
  if (filter == Filter::bilinear) return bilinear_plane(context, from, width, height, to);
  if (filter == Filter::triangle) return triangle_plane(context, from, width, height, to);
  const auto spans = filter == Filter::area ? area_spans : lanczos3_spans;
  resample(context, from, spans(context, from.width, width), spans(context, from.height, height), to);
}

// The overshoot of a sharp filter beyond what the picture reaches, or 0..1, is no colour of it.
void clip_to_range(const Context& context, std::span<const float> before, std::span<float> after) {
  struct Ends {
    float low = 0, high = 1;
    void reach(float least, float most) {
      low = std::min(low, least);
      high = std::max(high, most);
    }
  };
  const Ends ends = fold_pieces(
      context, static_cast<std::ptrdiff_t>(before.size()),
      [values = before.data()](std::ptrdiff_t begin, std::ptrdiff_t end) {
        Ends reached;
        for (std::ptrdiff_t i = begin; i < end; ++i) reached.reach(values[i], values[i]);
        return reached;
      },
      [](Ends& all, const Ends& next) { all.reach(next.low, next.high); });
  for_ranges(context, static_cast<std::ptrdiff_t>(after.size()),
             [ends, values = after.data()](std::ptrdiff_t begin, std::ptrdiff_t end) {
               for (std::ptrdiff_t i = begin; i < end; ++i) values[i] = std::clamp(values[i], ends.low, ends.high);
             });
}

Plane plane_of(const Image& image, const float* values, std::size_t channels) {
  return {values, static_cast<std::size_t>(image.width()), static_cast<std::size_t>(image.height()), channels};
}

// Empty for an opaque picture.
std::vector<float> resized_alpha(const Context& context, const Image& image, std::size_t width, std::size_t height,
                                 Filter filter) {
  if (image.alpha().empty()) return {};
  std::vector<float> alpha(width * height);
  resize_plane(context, plane_of(image, image.alpha().data(), 1), width, height, filter, alpha.data());
  for (float& a : alpha) a = clipped(a);
  return alpha;
}

// Straight colours count by their alpha, so that what nobody sees does not bleed into edges: the resized c a, divided
// by the resized a. Where that is nothing, `result` keeps the colours resized without alpha.
void weigh_by_alpha(const Context& context, const Image& image, const float* values, const std::vector<float>& alpha,
                    Filter filter, Image& result) {
  constexpr float kNothing = 0.5f / 65535;  // less than 16 bits hold
  std::vector<float> weighed(image.pixels().size());
  for (std::size_t i = 0; i < weighed.size(); ++i) weighed[i] = values[i] * image.alpha()[i / 3];
  const auto width = static_cast<std::size_t>(result.width()), height = static_cast<std::size_t>(result.height());
  std::vector<float> resized(3 * width * height);
  resize_plane(context, plane_of(image, weighed.data(), 3), width, height, filter, resized.data());
  for (std::size_t i = 0; i < resized.size(); ++i) {
    const float a = alpha[i / 3];
    if (a > kNothing) result.pixels()[i] = resized[i] / a;
  }
}

}  // namespace

Image resize(const Image& image, int width, int height, const ResizeOptions& options, const Context& context) {
  check_request(image, width, height);
  Image result(width, height);
  const auto w = static_cast<std::size_t>(width), h = static_cast<std::size_t>(height);
  with_memory_error("resizing a picture", [&] {
    const float* values = image.pixels().data();
    std::vector<float> light;
    if (options.linear_light) {
      light.assign(image.pixels().begin(), image.pixels().end());
      srgb_decode(light);
      values = light.data();
    }
    resize_plane(context, plane_of(image, values, 3), w, h, options.filter, result.pixels().data());
    std::vector<float> alpha = resized_alpha(context, image, w, h, options.filter);
    const bool weighed = !alpha.empty() && image.alpha_use() == AlphaUse::straight;
    if (weighed) weigh_by_alpha(context, image, values, alpha, options.filter, result);
    if (weighed || options.filter == Filter::lanczos3) {
      clip_to_range(context, {values, image.pixels().size()}, result.pixels());
    }
    if (options.linear_light) srgb_encode(result.pixels());
    result.set_alpha(std::move(alpha), image.alpha_use());
  });
  result.share_metadata(image);
  return result;
}

Image resize(const Image& image, int width, int height, const ResizeOptions& options) {
  return resize(image, width, height, options, Context(1, SimdTarget::baseline));
}

Image resize_bilinear(const Image& image, int width, int height) {
  return resize(image, width, height, {.filter = Filter::bilinear});
}

Image resize_antialiased(const Image& image, int width, int height) {
  return resize(image, width, height, {.filter = Filter::triangle});
}

void keep_extras(Image& painting, const Image& content) {
  require(!painting.empty(), ErrorCode::input, "a painting without pixels cannot be given its content's alpha");
  with_memory_error("resizing alpha", [&] {
    painting.set_alpha(resized_alpha(Context(1, SimdTarget::baseline), content,
                                     static_cast<std::size_t>(painting.width()),
                                     static_cast<std::size_t>(painting.height()), Filter::triangle));
  });
  painting.share_metadata(content);
}

}  // namespace impasto::IMPASTO_ABI
