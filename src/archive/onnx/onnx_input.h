// What an ONNX graph does to a picture before its first convolution: the network's preprocessing, where it is known.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "archive/onnx/onnx_constant.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

struct OnnxInput {
  /// channel_order, range, mean and std (weights/FORMAT.md) where the numbers are those of Keras and Caffe or of
  /// torchvision; else empty.
  std::map<std::string, std::string> metadata;
  std::vector<std::string> left_out;  ///< operators that change colours and are not understood
};

/// `nodes` lead from the input to the first convolution.
OnnxInput read_onnx_input(const OnnxFile& file, const std::vector<int>& nodes);

}  // namespace impasto::IMPASTO_ABI
