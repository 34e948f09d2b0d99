// Tensors over records of a file: what PyTorch's formats have in common.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "archive/array_file.h"
#include "archive/torch/torch_tensors.h"
#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {

class TorchFile final : public ArrayFile {
 public:
  struct Record {
    std::uint64_t offset = 0;  ///< of its first byte in the file
    std::uint64_t bytes = 0;
    std::uint32_t crc = 0;  ///< 0: none was computed
  };
  struct Content {
    const char* format = "";
    std::map<std::string, TorchTensor> tensors;
    std::map<std::string, Record> records;  ///< those of all tensors, within the file
    bool big_endian = false;
  };

  /// Throws Error(input) for tensors that reach beyond their record, or together have more than 64 times the file's
  /// bytes.
  TorchFile(const std::filesystem::path& file, Content content);

  const char* format() const override { return content_.format; }
  std::vector<float> values(const std::string& name) const override;

 private:
  std::vector<float> read_numbers(const std::string& name, std::uint64_t count) const;

  FileReader file_;
  Content content_;
};

}  // namespace impasto::IMPASTO_ABI
