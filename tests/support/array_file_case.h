// Bytes as a file of arrays: opened and read, or refused.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "archive/array_file.h"
#include "support/error_of.h"
#include "support/temp_folder.h"

namespace impasto::testing {

/// Opens the file and reads every array in it; gives the sentence it is refused with.
inline std::string refusal_of(const std::filesystem::path& file) {
  return error_of(ErrorCode::input, [&] {
    const std::unique_ptr<ArrayFile> opened = open_array_file(file);
    for (const auto& entry : opened->entries()) opened->values(entry.first);
  });
}

inline std::string refusal_of_bytes(const std::string& bytes) {
  const TempFolder folder;
  return refusal_of(folder.write("weights", bytes));
}

}  // namespace impasto::testing
