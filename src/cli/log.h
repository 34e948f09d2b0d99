// The table of losses: one CSV line a step, on disk as soon as it is known.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "cli/run_observer.h"
#include "impasto/stylise.h"

namespace impasto::cli {

class LossLog : public RunObserver {
 public:
  explicit LossLog(const std::filesystem::path& file) : file_(file) {}
  /// A row; with the first step the file is replaced and gets its header, unless that step goes on with a painting:
  /// then it loses the rows of the steps that are taken again. Throws Error(io) when the disk refuses; the file then
  /// ends with the last whole row.
  void step(const Stylizer& stylizer, const Step& step) override;

 private:
  void open_at(int step);
  void write(const std::string& line);

  std::filesystem::path file_;
  std::ofstream out_;
  std::uintmax_t whole_ = 0;  // bytes of whole rows
};

}  // namespace impasto::cli
