// Noise to start from, and values at another size.
#pragma once

#include <cstdint>

#include "impasto/context.h"
#include "impasto/options.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// H x W x 3 noise in normalised units, the same for the same seed on every machine; all zero for amplitude 0.
Tensor<float> make_noise(const Shape& shape, NoiseKind kind, double amplitude, std::uint64_t seed,
                         const Context& context = Context(1));

/// H x W x C values at another size: Keys' bicubic with a = -0.75, half-pixel centres, edges clamped, no filter when
/// shrinking; PyTorch's interpolate(mode="bicubic", align_corners=False).
Tensor<float> resize_values(const Tensor<float>& values, Index height, Index width,
                            const Context& context = Context(1));

}  // namespace impasto::IMPASTO_ABI
