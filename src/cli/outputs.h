// Where a run writes: checked before the work, made when there is something to write.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/stylise_options.h"
#include "impasto/stylise.h"

namespace impasto::cli {

class Outputs {
 public:
  /// `weights`: the file they were read from, or nothing.
  Outputs(const StyliseRequest& request, const std::filesystem::path& weights);

  /// Throws Error(usage) for what would be lost, Error(usage) or Error(io) for what could not be written when the time
  /// comes. Leaves nothing behind.
  void check(int epochs) const;
  /// Makes the folders that may be missing. Throws Error(io).
  void make_folders() const;

  void save_painting(const Result& result, const EncodeOptions& encode) const;
  /// Nothing unless snapshots were asked for.
  void save_snapshot(const Image& image, int epoch, const EncodeOptions& encode) const;

  const std::filesystem::path& painting() const { return painting_; }
  const std::optional<std::filesystem::path>& log() const { return log_; }

 private:
  /// A file that must outlive the run, and what messages call it.
  struct Kept {
    std::filesystem::path file;
    std::string what;
  };
  std::filesystem::path snapshot(int epoch) const;
  void guard(const char* option, const std::filesystem::path& output, const std::vector<Kept>& kept) const;
  void guard_snapshots(int epochs) const;

  std::vector<Kept> inputs_;
  std::filesystem::path painting_;
  bool make_painting_folder_;
  std::optional<std::filesystem::path> snapshots_;
  std::optional<std::filesystem::path> log_;
};

}  // namespace impasto::cli
