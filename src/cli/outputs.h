// Where a run writes: checked before the work, made when there is something to write.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/stylise_options.h"
#include "impasto/animation.h"
#include "impasto/stylise.h"

namespace impasto::cli {

class Outputs {
 public:
  /// `weights`: the file they were read from, or nothing.
  Outputs(const StyliseRequest& request, const std::filesystem::path& weights);

  /// Throws Error(usage) for what would be lost, Error(usage) or Error(io) for what could not be written when the time
  /// comes. Leaves nothing behind.
  void check(int epochs, const EncodeOptions& encode) const;
  /// Throws Error(input) for a painting that is too large for the format of a file.
  void check_size(int width, int height) const;
  /// Makes the folders that may be missing. Throws Error(io).
  void make_folders() const;

  /// What had to be left out of the file, a sentence each.
  std::vector<std::string> save_painting(const Result& result, const EncodeOptions& encode) const;
  /// What an epoch leaves: a preview and a snapshot, where they were asked for.
  bool wants_epochs() const { return preview_ || snapshots_ || animation_file_; }
  /// The picture of an epoch: the painting's size in an animation, whose frames are all alike, else the scale's.
  Image frame(const Stylizer& stylizer) const { return animation_file_ ? stylizer.image() : stylizer.preview(); }
  void save_epoch(const Image& image, int epoch, const EncodeOptions& encode);
  /// All settings of the run, where they were asked for.
  void save_preset(const Options& options) const;
  /// Completes what grew during the run: the animation.
  void finish(const Image& painting);

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
  void guard_snapshots(int epochs, std::vector<Kept> kept) const;

  std::vector<Kept> inputs_;
  std::filesystem::path painting_;
  bool make_painting_folder_;
  std::optional<std::filesystem::path> preview_;
  std::optional<std::filesystem::path> snapshots_;  // a folder
  std::optional<std::filesystem::path> animation_file_;
  std::optional<std::filesystem::path> log_;
  std::optional<std::filesystem::path> report_;
  std::optional<std::filesystem::path> preset_;
  std::optional<AnimationWriter> animation_;
};

}  // namespace impasto::cli
