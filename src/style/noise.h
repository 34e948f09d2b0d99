// What a painting starts from.
#pragma once

#include <cstdint>

#include "impasto/options.h"
#include "tensor/tensor.h"

namespace impasto {

/// H x W x 3 noise in normalised units, the same for the same seed on every machine; all zero for amplitude 0.
Tensor<float> make_noise(const Shape& shape, NoiseKind kind, double amplitude, std::uint64_t seed);

/// The start picture: content, (content + noise) / 2, noise, or values, as options.start says. Content is H x W x 3.
/// Throws Error(usage) when options.start_values does not have the content's size.
Tensor<float> make_start(const Tensor<float>& content, const Options& options);

}  // namespace impasto
