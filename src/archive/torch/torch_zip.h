// The zips that PyTorch writes: .pth and .pt since 1.6, and torch.export's .pt2.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "archive/array_file.h"
#include "archive/torch/torch_file.h"
#include "archive/zip.h"
#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {

/// A zip that PyTorch wrote, opened; nothing for another zip. Throws Error(input) for one that is damaged, that holds a
/// program (TorchScript), or whose pickle has more than tensors.
std::unique_ptr<ArrayFile> open_torch_zip(const std::filesystem::path& file);

/// A zip: its members, and where it begins in the file that messages name.
struct TorchZip {
  const std::filesystem::path& path;
  const FileReader& file;  ///< from `begin` on
  const std::string& label;
  std::uint64_t begin = 0;
  std::map<std::string, ZipMember> members;

  bool has(const std::string& name) const { return members.count(name) != 0; }
  /// The folder of the member `name`, "archive/", or empty for none; nothing where no top folder has it. Throws
  /// Error(input) where several do.
  std::optional<std::string> folder_of(const std::string& name) const;
  /// Where the numbers of a member lie. Throws Error(input) for one that is missing, has fewer bytes, or is compressed.
  TorchFile::Record record_of(const std::string& name, std::uint64_t bytes) const;
  /// By the member `name`, "little" or "big"; little where there is none.
  bool is_big_endian(const std::string& name) const;
};

/// The tensors that torch.save wrote: `folder` holds their data.pkl.
TorchFile::Content read_torch_save(const TorchZip& zip, const std::string& folder);

}  // namespace impasto::IMPASTO_ABI
