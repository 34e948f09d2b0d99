// The safetensors container: 8 bytes of header length, a JSON header, then the numbers. weights/FORMAT.md describes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "archive/array_file.h"
#include "base/file_reader.h"

namespace impasto {

class Safetensors final : public ArrayFile {
 public:
  /// Throws Error(input) for anything that is not a complete safetensors file.
  explicit Safetensors(const std::filesystem::path& file);

  const char* format() const override { return "safetensors"; }
  std::vector<float> values(const std::string& name) const override;

 private:
  void read_entry(const std::string& name, const void* json_entry, std::size_t data_begin);

  FileReader file_;
};

/// IEEE half and bfloat16 bit patterns as float, exactly.
float float_from_half(std::uint16_t bits);
float float_from_bfloat16(std::uint16_t bits);

}  // namespace impasto
