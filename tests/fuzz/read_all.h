// What every fuzz target does with a file: open it, read all it offers. Only impasto::Error may come out, or as many
// numbers as an array's sizes say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>

#include "archive/array_file.h"
#include "base/sizes.h"
#include "impasto/error.h"
#include "support/temp_folder.h"

namespace impasto::testing {

/// Bytes to a file of this process.
inline std::filesystem::path fuzz_file(const char* name, const std::uint8_t* data, std::size_t size) {
  static const TempFolder folder;
  return folder.write(name, std::span(data, size));
}

template <class Open>
void read_all(Open open) {
  constexpr std::size_t kMaxBytes = std::size_t{64} << 20;  // deflate's 1032 times the largest input
  std::unique_ptr<ArrayFile> file;
  try {
    file = open();
  } catch (const Error&) {
    return;
  }
  for (const auto& [name, entry] : file->entries()) {
    if (entry.bytes > kMaxBytes) std::abort();  // claims more than any input can hold
    std::uint64_t count = 1;
    for (const std::int64_t size : entry.sizes) count = saturated_product(count, static_cast<std::uint64_t>(size));
    try {
      if (file->values(name).size() != count) std::abort();
    } catch (const Error&) {
    }
  }
}

}  // namespace impasto::testing
