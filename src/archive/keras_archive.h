// Keras 3's .keras: a zip with the model's description and its weights, which are HDF5.
#pragma once

#include <memory>

#include "archive/array_file.h"
#include "archive/zip.h"

namespace impasto::IMPASTO_ABI {

/// Names and metadata are those of the HDF5 in it (hdf5.h); nothing for a zip that holds no such weights. Deflated ones
/// are inflated into memory. Throws Error(input), also for weights kept as .npz, which it names.
std::unique_ptr<ArrayFile> open_keras(const ZipFile& zip);

}  // namespace impasto::IMPASTO_ABI
