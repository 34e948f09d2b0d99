// NumPy's .npz: a zip of .npy files, one array each.
#pragma once

#include <memory>

#include "archive/array_file.h"
#include "archive/zip.h"

namespace impasto::IMPASTO_ABI {

/// Names are those of the members without ".npy"; float16, float32 and float64 in C or Fortran order can be read,
/// others are listed under NumPy's name of their type ("<i8"). Throws Error(input).
std::unique_ptr<ArrayFile> open_npz(std::unique_ptr<const ZipFile> zip);

}  // namespace impasto::IMPASTO_ABI
