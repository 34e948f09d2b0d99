// A 3 x 3 convolution of a map with few channels, such as a picture, with bias and ReLU: direct, all taps in registers.
#pragma once

#include "impasto/context.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// `width` positions of one row: y[q,k] = max(0, b[k] + sum_{i,j,c} x[i, q + j, c] w[i,j,c,k]).
/// x: the first of three rows, `row_stride` floats apart, of width + 2 positions of C channels; y: width x K.
using NarrowConvRow = void (*)(const float* x, Index row_stride, Index width, Index C, const float* w, const float* b,
                               Index K, float* y);

/// nullptr when this build has no kernel for the target (baseline).
NarrowConvRow narrow_conv_row(SimdTarget target);

}  // namespace impasto::IMPASTO_ABI
