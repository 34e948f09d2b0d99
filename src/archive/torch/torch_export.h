// The .pt2 of torch.export: a zip with a program, which is left alone, and its weights.
#pragma once

#include <memory>

#include "archive/array_file.h"
#include "archive/zip.h"

namespace impasto::IMPASTO_ABI {

/// The weights of a .pt2: as records that a JSON describes (PyTorch 2.8 and newer), or as a file of torch.save within
/// it (before). Nothing for another zip. Throws Error(input) for one that is damaged or holds none.
std::unique_ptr<ArrayFile> open_torch_export(const ZipFile& zip);

}  // namespace impasto::IMPASTO_ABI
