// Where a run writes: checked before the work, made when there is something to write. What fails beside the painting is
// given up, and the painting goes on.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/log.h"
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
  /// From now on `tell` gets a sentence for everything that is given up.
  void set_tell(std::function<void(const std::string&)> tell) { tell_ = std::move(tell); }

  /// Before the first step: folders, the settings of the run, an empty log.
  void begin(const Options& options);
  /// After a step: the log's row, and at the end of an epoch a preview and a snapshot.
  void observe(const Stylizer& stylizer, const Step& step);
  /// Gives what had to be left out of the file, a sentence each. Where its place refuses, tries others: the content's
  /// folder, the user's, the one for temporary files; painting() then is where it went. Throws Error(io) of the first
  /// place when all of them refuse.
  std::vector<std::string> save_painting(const Result& result, const EncodeOptions& encode);
  /// Completes what grew during the run: the animation.
  void finish(const Image& painting);
  /// Runs what writes the output of an option, unless it was given up; what it throws gives it up.
  void attempt(const std::string& option, const std::function<void()>& write);

  const std::filesystem::path& painting() const { return painting_; }
  /// Why outputs were given up, or the painting is somewhere else; empty if all went well.
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  void fail(const std::string& sentence);
  std::vector<std::string> save_as(const std::filesystem::path& file, const Result& result,
                                   const EncodeOptions& encode) const;
  void save_epoch(const Stylizer& stylizer, int epoch);
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
  std::optional<std::filesystem::path> log_file_;
  std::optional<std::filesystem::path> report_;
  std::optional<std::filesystem::path> preset_;
  std::optional<AnimationWriter> animation_;
  std::optional<LossLog> log_;
  std::vector<std::string> given_up_;  // options
  std::vector<std::string> failures_;
  std::function<void(const std::string&)> tell_;
};

}  // namespace impasto::cli
