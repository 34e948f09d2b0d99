// Pictures of a run: `--preview`, one that is written anew every epoch, and `--snapshots`, a file each or one that
// moves.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/run_observer.h"
#include "impasto/animation.h"
#include "impasto/image.h"

namespace impasto::cli {

/// What is looked at during a run has the 8 bits that every format holds.
EncodeOptions passing(EncodeOptions encode);

class Preview : public RunObserver {
 public:
  explicit Preview(const std::filesystem::path& file) : file_(file) {}
  void epoch(EpochPictures& pictures, const Step& step) override;

 private:
  std::filesystem::path file_;
};

class Snapshots : public RunObserver {
 public:
  /// The file of an epoch, 1 for the first.
  static std::filesystem::path file(const std::filesystem::path& folder, int epoch);
  /// Whether a file of this name would be one of the first `epochs`.
  static bool is_name(const std::string& name, int epochs);

  explicit Snapshots(const std::filesystem::path& folder) : folder_(folder) {}
  /// Makes the folder, with the first step.
  void step(const Stylizer& stylizer, const Step& step) override;
  void epoch(EpochPictures& pictures, const Step& step) override;

 private:
  std::filesystem::path folder_;
};

/// Frames of one size; its last one is the painting and stays longer.
class Animation : public RunObserver {
 public:
  explicit Animation(const std::filesystem::path& file) : file_(file) {}
  void epoch(EpochPictures& pictures, const Step& step) override;
  void end(const RunEnd& end) override;

 private:
  std::filesystem::path file_;
  std::optional<AnimationWriter> writer_;
};

}  // namespace impasto::cli
