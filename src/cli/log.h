// The table of losses: one CSV line a step, on disk as soon as it is known.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "impasto/stylise.h"

namespace impasto::cli {

class LossLog {
 public:
  /// Replaces `file`. Throws Error(io).
  explicit LossLog(const std::filesystem::path& file);
  /// A row, after the header if it is the first. Throws Error(io) when the disk refuses; the file then ends with the
  /// last whole row.
  void add(const Step& step, const std::vector<LayerLoss>& layers);

 private:
  void write(const std::string& line);

  std::filesystem::path file_;
  std::ofstream out_;
  std::uintmax_t whole_ = 0;  // bytes of whole rows
};

}  // namespace impasto::cli
