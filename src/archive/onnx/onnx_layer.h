// Single nodes of an ONNX graph as layers of a VGG.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "archive/onnx/onnx_constant.h"
#include "archive/onnx/onnx_graph.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Conv, and those of other makers: ONNX Runtime saves some with their ReLU, and some with their weights in blocks.
bool is_onnx_convolution(const OnnxNode& node);

struct OnnxKernel {
  OnnxConstant weights;
  std::optional<OnnxConstant> bias;
  std::string padding;  ///< "zero", or what a node before it padded with
  bool relu = false;    ///< within the node
  std::string unfit;    ///< why it is no convolution of VGG, as part of a sentence; else empty
};
/// `padded`: what a node before it padded with, or empty.
OnnxKernel read_onnx_kernel(const OnnxFile& file, const OnnxNode& convolution, const std::string& padded);

/// "max" or "average" for a pooling of 2 x 2 with steps of 2; else empty.
std::string onnx_pooling_of(const OnnxNode& node);

/// "zero", "replicate" or "reflect" for a node that pads maps by one on all four sides; else empty. `axis`: of the
/// channels, 1 or 3.
std::string onnx_padding_of(const OnnxFile& file, const OnnxNode& node, std::size_t axis);

/// Where a Transpose takes the channels: from 1 to 3 or back, the map's sides in order; 0 for any other.
std::size_t moved_channel_axis(const OnnxNode& transpose, std::size_t axis);

}  // namespace impasto::IMPASTO_ABI
