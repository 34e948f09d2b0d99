// A file of arrays that holds names and sizes alone, for what looks no further.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "archive/array_file.h"

namespace impasto::testing {

class ArrayNames final : public ArrayFile {
 public:
  explicit ArrayNames(const std::map<std::string, std::vector<std::int64_t>>& arrays,
                      std::map<std::string, std::string> metadata = {})
      : ArrayFile("names") {
    for (const auto& [name, sizes] : arrays) entries_[name] = {"F32", sizes, 0, 0};
    metadata_ = std::move(metadata);
  }
  const char* format() const override { return "names"; }
  std::vector<float> values(const std::string&) const override { return {}; }
};

}  // namespace impasto::testing
