// ONNX: a graph of operators with its weights, in one protobuf message, or with the weights in files beside it.
#pragma once

#include <filesystem>
#include <memory>

#include "archive/array_file.h"

namespace impasto::IMPASTO_ABI {

/// Arrays have the names of the file. Where the graph begins as VGG does, its metadata name the convolutions:
/// "NAME@convolution" is "block1_conv1/kernel" or "block1_conv1/bias", "layout" is OIHW, and so are the sizes of the
/// weights, whatever stands between them and their convolution; what a graph adds, multiplies or normalises behind a
/// convolution is in its numbers, and a bias that is missing is zeros. "pooling" and "padding" are the graph's, and its
/// preprocessing too where its numbers are known; "graph" says in words what was found. Throws Error(input).
std::unique_ptr<ArrayFile> open_onnx(const std::filesystem::path& file);

}  // namespace impasto::IMPASTO_ABI
