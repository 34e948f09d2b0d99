// MATLAB's files of version 5 (what save -v7 and -v6 write), as MatConvNet keeps networks in them.
#pragma once

#include <filesystem>
#include <memory>

#include "archive/array_file.h"

namespace impasto::IMPASTO_ABI {

/// The arrays in `layers` of a network: "conv1_1.weight" and "conv1_1.bias" of a layer with that name, others by the
/// path that leads to them. Kernels are H x W x C x K. The mean colour that the network takes off is metadata, in RGB
/// 0..255. Other variables are passed over. Throws Error(input).
std::unique_ptr<ArrayFile> open_mat(const std::filesystem::path& file);

}  // namespace impasto::IMPASTO_ABI
