// Convolutions of a VGG as a weights file of this library: safetensors, block1_conv1/kernel and block1_conv1/bias, ...
#pragma once

#include <filesystem>
#include <span>

#include "impasto/weights_tools.h"
#include "model/network_weights.h"
#include "model/weights_metadata.h"

namespace impasto::IMPASTO_ABI {

/// Writes `convolutions`, the first n of the architecture's, atomically; kernels as they lie in memory (HWIO), so that
/// F32 is read straight into place. Kernels are rounded to `type`; biases stay F32. Keys of `metadata` are joined by
/// those that every file has: network, layout, created_by. Throws Error(io), and Error(input) for a value that `type`
/// cannot hold.
void save_convolutions(const std::filesystem::path& to, const Architecture& architecture,
                       std::span<const ConvWeights> convolutions, WeightsType type, WeightsMetadata metadata);

}  // namespace impasto::IMPASTO_ABI
