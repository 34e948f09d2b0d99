// What a painting starts from, at each of its sizes. docs/MATH.md, "Coarse to fine".
#pragma once

#include "impasto/context.h"
#include "impasto/options.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// The start picture: content, (content + noise) / 2, noise, or values, as options.start says. Content is H x W x 3.
/// Throws Error(usage) when options.start_values does not have the content's size.
Tensor<float> make_start(const Tensor<float>& content, const Options& options, const Context& context = Context(1));

/// `start` as a scale of height x width begins with it: bicubic with antialiasing.
Tensor<float> start_at(const Tensor<float>& start, Index height, Index width, const Context& context = Context(1));

/// Where a scale of height x width begins after a coarser one ended at picture `coarse`: its own start plus what the
/// coarser one changed,  start_at(fine) + resize_values(coarse - start_at(coarse)).
Tensor<float> start_after(const Tensor<float>& coarse, const Tensor<float>& start, Index height, Index width,
                          const Context& context = Context(1));

}  // namespace impasto::IMPASTO_ABI
