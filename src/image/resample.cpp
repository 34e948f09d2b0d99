#include "image/resample.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <vector>

#include "base/parallel.h"

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

// span(i) of every new pixel.
template <class SpanOf>
std::vector<Span> spans_of(const Context& context, std::size_t out, SpanOf span) {
  std::vector<Span> spans(out);
  constexpr std::size_t kPiece = 16;
  parallel_for(context, static_cast<std::ptrdiff_t>((out + kPiece - 1) / kPiece), [&](std::ptrdiff_t piece, int) {
    const std::size_t begin = static_cast<std::size_t>(piece) * kPiece;
    for (std::size_t i = begin; i < std::min(begin + kPiece, out); ++i) spans[i] = span(i);
  });
  return spans;
}

template <std::size_t Channels>
void blend_columns(const float* row, const std::vector<Span>& columns, float* to) {
  for (const Span& x : columns) {
    float sum[Channels] = {};
    const float* from = row + x.first * Channels;
    for (const float weight : x.weights) {
      for (std::size_t c = 0; c < Channels; ++c) sum[c] += weight * *from++;
    }
    to = std::copy(std::begin(sum), std::end(sum), to);
  }
}

}  // namespace

std::vector<Span> area_spans(const Context& context, std::size_t in, std::size_t out) {
  return spans_of(context, out, [=](std::size_t i) {
    // In units of 1 / out of an old pixel everything is whole: old pixel j covers [j out, (j + 1) out).
    const std::uint64_t start = std::uint64_t{i} * in, end = start + in;
    const std::uint64_t first = start / out, last = (end - 1) / out;
    std::vector<double> weights;
    for (std::uint64_t j = first; j <= last; ++j) {
      weights.push_back(static_cast<double>(std::min(end, (j + 1) * out) - std::max(start, j * out)));
    }
    return normalised(static_cast<std::size_t>(first), weights);
  });
}

std::vector<Span> lanczos3_spans(const Context& context, std::size_t in, std::size_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double stretch = std::max(scale, 1.0);
  const double support = 3 * stretch;
  return spans_of(context, out, [=](std::size_t i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    // The pixels whose centres lie in [centre - support, centre + support).
    const auto first = static_cast<std::size_t>(std::max(std::floor(centre - support + 0.5), 0.0));
    const auto end = static_cast<std::size_t>(std::min(std::floor(centre + support + 0.5), static_cast<double>(in)));
    std::vector<double> weights;
    for (std::size_t j = first; j < end; ++j) {
      weights.push_back(lanczos3((static_cast<double>(j) + 0.5 - centre) / stretch));
    }
    return normalised(first, weights);
  });
}

void resample(const Context& context, const Plane& from, const std::vector<Span>& columns,
              const std::vector<Span>& rows, float* to) {
  parallel_for(context, static_cast<std::ptrdiff_t>(rows.size()), [&](std::ptrdiff_t row, int) {
    const Span& y = rows[static_cast<std::size_t>(row)];
    std::vector<float> blended(from.width * from.channels);
    const float* source = from.values + y.first * blended.size();
    for (const float weight : y.weights) {
      for (std::size_t i = 0; i < blended.size(); ++i) blended[i] += weight * source[i];
      source += blended.size();
    }
    (from.channels == 3 ? blend_columns<3>
                        : blend_columns<1>)(blended.data(), columns,
                                            to + static_cast<std::size_t>(row) * columns.size() * from.channels);
  });
}

}  // namespace impasto::IMPASTO_ABI
