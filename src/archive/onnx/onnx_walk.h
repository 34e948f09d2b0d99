// The convolutions of a VGG in an ONNX graph, found by what it computes, not by names: from the input on, each of
// 3 x 3 with its ReLU, and a pooling of 2 x 2 between blocks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "archive/onnx/onnx_constant.h"
#include "archive/onnx/onnx_fold.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

struct OnnxConvolution {
  int block = 1, index = 1;  ///< block3_conv2: 3 and 2, counted by the poolings before it
  OnnxConstant weights;      ///< K x C x 3 x 3
  std::optional<OnnxConstant> bias;
  std::vector<OnnxFold> folds;  ///< what comes between it and its ReLU
};

struct OnnxWalk {
  std::vector<OnnxConvolution> convolutions;
  std::string pooling;      ///< "max" or "average"; empty where there is none
  std::string padding;      ///< "zero", "replicate", "reflect"
  std::vector<int> before;  ///< nodes between the input and the first convolution
  std::string ends_at;      ///< what comes behind the last one: "Reshape", "a convolution of 1 x 1"; may be empty
};

/// Throws Error(input) for a graph of convolutions whose first one is not VGG's, saying what it is, and for quantised
/// networks. A graph without any gives an empty walk.
OnnxWalk walk_onnx(const OnnxFile& file);

}  // namespace impasto::IMPASTO_ABI
