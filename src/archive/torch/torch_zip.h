// The zips that PyTorch writes: .pth and .pt since 1.6, and torch.export's .pt2.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "archive/array_file.h"
#include "archive/torch/torch_file.h"
#include "archive/zip.h"

namespace impasto::IMPASTO_ABI {

/// A zip that PyTorch wrote; nothing for another zip. Throws Error(input) for one that is damaged, that holds a program
/// (TorchScript), or whose pickle has more than tensors.
std::unique_ptr<ArrayFile> open_torch_zip(const ZipFile& zip);

/// The folder of the member `name`, "archive/", or empty for none; nothing where no top folder has it. Throws
/// Error(input) where several do.
std::optional<std::string> folder_of(const ZipFile& zip, const std::string& name);
/// Where the numbers of a member lie. Throws Error(input) for one that is missing, has fewer bytes, or is compressed.
TorchFile::Record record_of(const ZipFile& zip, const std::string& name, std::uint64_t bytes);
/// By the member `name`, "little" or "big"; little where there is none.
bool is_big_endian(const ZipFile& zip, const std::string& name);

/// The tensors that torch.save wrote: `folder` holds their data.pkl.
TorchFile::Content read_torch_save(const ZipFile& zip, const std::string& folder);

}  // namespace impasto::IMPASTO_ABI
