// The safetensors container: 8 bytes of header length, a JSON header, then the numbers. weights/FORMAT.md describes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "archive/array_file.h"
#include "base/byte_source.h"

namespace impasto::IMPASTO_ABI {

class Safetensors final : public ArrayFile {
 public:
  /// Throws Error(input) for anything that is not a complete safetensors file. `kind` begins messages.
  explicit Safetensors(const std::filesystem::path& file, const char* kind = "weights file");
  /// The same of bytes that lie anywhere; `name` takes the file's place in messages.
  Safetensors(std::unique_ptr<const ByteSource> bytes, const std::filesystem::path& name, const char* kind);

  const char* format() const override { return "safetensors"; }
  std::vector<float> values(const std::string& name) const override;
  void read(const std::string& name, std::span<float> into) const override;

 private:
  void read_entry(const std::string& name, const void* json_entry, std::uint64_t data_begin);

  std::unique_ptr<const ByteSource> bytes_;
};

struct ArrayToSave {
  std::string name;
  std::string dtype;  ///< F32, F16 or BF16; rounded to nearest, ties to even
  std::vector<std::int64_t> sizes;
  using Take = std::function<void(std::span<const float>)>;
  /// Called once, when its turn comes: hands over the values in order, in pieces of any length, so that no array need
  /// be in memory as floats.
  std::function<void(const Take& take)> values;
};

/// Writes a safetensors file, atomically. The data begin at a multiple of 8 bytes and have no holes; F32 comes first,
/// so that every number is aligned. Throws Error(usage) for a name that stands twice, a type not listed, sizes that do
/// not fit the values, or text that is not UTF-8; Error(input) for a finite value that F16 or BF16 cannot hold;
/// Error(io) when the disk refuses; and what `values` throws. `kind` begins messages.
void save_safetensors(const std::filesystem::path& file, const std::vector<ArrayToSave>& arrays,
                      const std::map<std::string, std::string>& metadata = {}, const char* kind = "weights file");

}  // namespace impasto::IMPASTO_ABI
