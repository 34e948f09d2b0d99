// Where a run writes: checked before the work; and how the painting gets there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/failures.h"
#include "cli/run_observers.h"
#include "cli/stylise_options.h"
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

  /// Who writes while the run goes on: settings, log, preview, snapshots.
  void add_to(RunObservers& observers) const;
  /// Gives what had to be left out of the file, a sentence each. Where its place refuses, tries others: the content's
  /// folder, the user's, the one for temporary files; painting() then is where it went, which `failures` gets. Throws
  /// Error(io) of the first place when all of them refuse.
  std::vector<std::string> save_painting(const Result& result, const EncodeOptions& encode, Failures& failures);

  const std::filesystem::path& painting() const { return painting_; }

 private:
  std::vector<std::string> save_as(const std::filesystem::path& file, const Result& result,
                                   const EncodeOptions& encode) const;
  /// A file that must outlive the run, and what messages call it.
  struct Kept {
    std::filesystem::path file;
    std::string what;
  };
  void guard(const char* option, const std::filesystem::path& output, const std::vector<Kept>& kept) const;
  void guard_snapshots(int epochs, std::vector<Kept> kept) const;

  std::vector<Kept> inputs_;
  std::filesystem::path painting_;
  bool make_painting_folder_;
  std::optional<std::filesystem::path> preview_;
  std::optional<std::filesystem::path> snapshots_;  // a folder
  std::optional<std::filesystem::path> animation_;
  std::optional<std::filesystem::path> log_;
  std::optional<std::filesystem::path> report_;
  std::optional<std::filesystem::path> preset_;
  std::optional<std::filesystem::path> checkpoint_;
};

}  // namespace impasto::cli
