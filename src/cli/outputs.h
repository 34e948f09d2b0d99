// Where a run writes: checked before the work, made when there is something to write.
#pragma once

#include <filesystem>
#include <optional>

#include "cli/stylise_options.h"
#include "impasto/stylise.h"

namespace impasto::cli {

class Outputs {
 public:
  explicit Outputs(const StyliseRequest& request);

  /// Throws Error(usage) or Error(io) for what could not be written when the time comes. Leaves nothing behind.
  void check() const;
  /// Makes the folders that may be missing. Throws Error(io).
  void make_folders() const;

  void save_painting(const Result& result, const EncodeOptions& encode) const;
  /// Nothing unless snapshots were asked for.
  void save_snapshot(const Image& image, int epoch, const EncodeOptions& encode) const;

  const std::filesystem::path& painting() const { return painting_; }
  const std::optional<std::filesystem::path>& log() const { return log_; }

 private:
  std::filesystem::path content_;
  std::filesystem::path style_;
  std::filesystem::path painting_;
  bool make_painting_folder_;
  std::optional<std::filesystem::path> snapshots_;
  std::optional<std::filesystem::path> log_;
};

}  // namespace impasto::cli
