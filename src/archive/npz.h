// NumPy's .npz: a zip of .npy files, one array each.
#pragma once

#include <filesystem>
#include <memory>

#include "archive/array_file.h"

namespace impasto::IMPASTO_ABI {

/// Names are those of the members without ".npy"; float16, float32 and float64 in C or Fortran order can be read,
/// others are listed under NumPy's name of their type ("<i8"). Throws Error(input), also for those of Keras, which it
/// names. `kind` begins messages.
std::unique_ptr<ArrayFile> open_npz(const std::filesystem::path& file, const char* kind = "weights file");

}  // namespace impasto::IMPASTO_ABI
