// What an ONNX graph does to each channel of a convolution before its ReLU: biases, factors and batch normalisation,
// y = scale x + shift, which its weights can take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "archive/onnx/onnx_constant.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

struct OnnxFold {
  enum class Kind { add, subtract, subtract_from, multiply, divide, normalise } kind = Kind::add;
  std::vector<OnnxConstant> constants;  ///< one; of batch normalisation scale, bias, mean, variance
  double epsilon = 0;                   ///< of batch normalisation
};

/// What `node` does to `value`, a map of 4 sizes with its `channels` at `axis`; nothing when it is no such node, or its
/// constants are not one number, or one for each channel. Batch normalisation in training counts as no such node.
std::optional<OnnxFold> find_onnx_fold(const OnnxFile& file, const OnnxNode& node, int value, std::size_t axis,
                                       std::int64_t channels);

struct ChannelScales {
  std::vector<double> scale, shift;
};
/// All of them, one after the other.
ChannelScales onnx_channel_scales(const OnnxFile& file, const std::vector<OnnxFold>& folds, std::size_t channels);

}  // namespace impasto::IMPASTO_ABI
