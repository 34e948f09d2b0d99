#include "archive/array_file.h"

#include "archive/safetensors.h"
#include "base/check.h"

namespace impasto {

ArrayFile::ArrayFile(const std::filesystem::path& file) : label_(text("weights file '", file.string(), "'")) {}

std::unique_ptr<ArrayFile> open_array_file(const std::filesystem::path& file) {
  return std::make_unique<Safetensors>(file);
}

}  // namespace impasto
