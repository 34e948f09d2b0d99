// Separable resampling: a new pixel is a weighted sum of the old ones under its filter, row by row, then column by
// column.
#pragma once

#include <cstddef>
#include <vector>

#include "impasto/context.h"

namespace impasto::IMPASTO_ABI {

/// height x width x channels values.
struct Plane {
  const float* values;
  std::size_t width, height, channels;  // channels: 1 or 3
};

/// The source pixels first, first + 1, ... that make an output pixel; their weights add up to 1.
struct Span {
  std::size_t first;
  std::vector<float> weights;
};

/// The share of each old pixel in the stretch [i in / out, (i + 1) in / out) of new pixel i.
std::vector<Span> area_spans(const Context& context, std::size_t in, std::size_t out);

/// sinc(x) sinc(x / 3) for |x| < 3, x in pixels of the coarser of both grids, half-pixel centres, renormalised at the
/// edges: what Pillow's LANCZOS computes.
std::vector<Span> lanczos3_spans(const Context& context, std::size_t in, std::size_t out);

/// Fills rows.size() x columns.size() x channels values. Rows are blended first; sums run from left to right and from
/// top to bottom.
void resample(const Context& context, const Plane& from, const std::vector<Span>& columns,
              const std::vector<Span>& rows, float* to);

}  // namespace impasto::IMPASTO_ABI
