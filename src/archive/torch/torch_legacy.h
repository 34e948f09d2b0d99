// What torch.save wrote before PyTorch 1.6: pickles one after the other, then the numbers.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "archive/array_file.h"

namespace impasto::IMPASTO_ABI {

/// Whether a file that begins so is one.
bool is_torch_legacy(std::string_view start);

/// Throws Error(input).
std::unique_ptr<ArrayFile> open_torch_legacy(const std::filesystem::path& file);

}  // namespace impasto::IMPASTO_ABI
