// What a StyleCache holds.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "impasto/style_cache.h"
#include "style/style_sums.h"

namespace impasto::IMPASTO_ABI {

/// Sums are floats, as a painting reads them.
struct StyleCache::State {
  std::filesystem::path file;
  /// By key, and within it by "layer.region.gram" or ".sum".
  std::map<std::string, std::map<std::string, std::vector<float>>> styles;
  std::size_t found = 0, measured = 0;
  bool changed = false;

  /// Those of `key`, or what `measure` gives, which is then kept.
  StyleSums sums(const std::string& key, std::size_t layers, std::size_t regions,
                 const std::function<StyleSums()>& measure);
};

}  // namespace impasto::IMPASTO_ABI
