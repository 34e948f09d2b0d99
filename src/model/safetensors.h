// The safetensors container: 8 bytes of header length, a JSON header, then the numbers. weights/FORMAT.md describes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "tensor/tensor.h"

namespace impasto {

/// A checked, memory-mapped file: every offset and shape was compared with the file's size before use.
class Safetensors {
 public:
  /// Throws Error(input) for anything that is not a complete safetensors file.
  explicit Safetensors(const std::filesystem::path& file);

  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  bool has(const std::string& name) const { return entries_.count(name) != 0; }
  std::vector<std::string> names() const;
  /// Sizes as in the file. The name must exist.
  const std::vector<Index>& sizes(const std::string& name) const;
  /// Values as float, in the file's order; F32, F16 and BF16 are understood. Throws Error(input) for another type.
  std::vector<float> values(const std::string& name) const;

 private:
  struct Entry {
    std::string dtype;
    std::vector<Index> sizes;
    std::size_t begin, end;  // in bytes, absolute
  };
  void read_entry(const std::string& name, const void* json_entry, std::size_t data_begin);

  std::string label_;  // the file, for messages
  MappedFile file_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, Entry> entries_;
};

/// IEEE half and bfloat16 bit patterns as float, exactly.
float float_from_half(std::uint16_t bits);
float float_from_bfloat16(std::uint16_t bits);

}  // namespace impasto
