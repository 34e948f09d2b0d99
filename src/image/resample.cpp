#include "image/resample.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <vector>

namespace impasto::IMPASTO_ABI {
namespace {

double sinc(double x) {
  const double angle = std::numbers::pi * x;
  return angle == 0 ? 1.0 : std::sin(angle) / angle;
}

double lanczos3(double x) { return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0.0; }

Span normalised(std::size_t first, const std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  Span span{first, {}};
  for (const double weight : weights) span.weights.push_back(static_cast<float>(weight / sum));
  return span;
}

template <std::size_t Channels>
float* blend_columns(const float* row, const std::vector<Span>& columns, float* to) {
  for (const Span& x : columns) {
    float sum[Channels] = {};
    const float* from = row + x.first * Channels;
    for (const float weight : x.weights) {
      for (std::size_t c = 0; c < Channels; ++c) sum[c] += weight * *from++;
    }
    to = std::copy(std::begin(sum), std::end(sum), to);
  }
  return to;
}

}  // namespace

std::vector<Span> area_spans(std::size_t in, std::size_t out) {
  std::vector<Span> spans;
  for (std::size_t i = 0; i < out; ++i) {
    // In units of 1 / out of an old pixel everything is whole: old pixel j covers [j out, (j + 1) out).
    const std::uint64_t start = std::uint64_t{i} * in, end = start + in;
    const std::uint64_t first = start / out, last = (end - 1) / out;
    std::vector<double> weights;
    for (std::uint64_t j = first; j <= last; ++j) {
      weights.push_back(static_cast<double>(std::min(end, (j + 1) * out) - std::max(start, j * out)));
    }
    spans.push_back(normalised(static_cast<std::size_t>(first), weights));
  }
  return spans;
}

std::vector<Span> lanczos3_spans(std::size_t in, std::size_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double stretch = std::max(scale, 1.0);
  const double support = 3 * stretch;
  std::vector<Span> spans;
  for (std::size_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    // The pixels whose centres lie in [centre - support, centre + support).
    const auto first = static_cast<std::size_t>(std::max(std::floor(centre - support + 0.5), 0.0));
    const auto end = static_cast<std::size_t>(std::min(std::floor(centre + support + 0.5), static_cast<double>(in)));
    std::vector<double> weights;
    for (std::size_t j = first; j < end; ++j) {
      weights.push_back(lanczos3((static_cast<double>(j) + 0.5 - centre) / stretch));
    }
    spans.push_back(normalised(first, weights));
  }
  return spans;
}

void resample(const Plane& from, const std::vector<Span>& columns, const std::vector<Span>& rows, float* to) {
  std::vector<float> blended(from.width * from.channels);
  for (const Span& y : rows) {
    std::fill(blended.begin(), blended.end(), 0.0f);
    const float* source = from.values + y.first * blended.size();
    for (const float weight : y.weights) {
      for (std::size_t i = 0; i < blended.size(); ++i) blended[i] += weight * source[i];
      source += blended.size();
    }
    to = from.channels == 3 ? blend_columns<3>(blended.data(), columns, to)
                            : blend_columns<1>(blended.data(), columns, to);
  }
}

}  // namespace impasto::IMPASTO_ABI
