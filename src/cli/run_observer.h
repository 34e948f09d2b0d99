// Who is told of a run while it goes on: the terminal, the log, the preview, the snapshots, the report.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "impasto/stylise.h"

namespace impasto::cli {

/// The pictures at the end of an epoch, made when they are asked for and shared by all who ask.
class EpochPictures {
 public:
  explicit EpochPictures(const Stylizer& stylizer) : stylizer_(stylizer) {}
  /// At the size of the present scale.
  const Image& as_painted() {
    if (!as_painted_) as_painted_ = stylizer_.preview();
    return *as_painted_;
  }
  /// At the size of the finished painting.
  const Image& full_size() {
    if (!full_size_) full_size_ = stylizer_.image();
    return *full_size_;
  }
  const Options& options() const { return stylizer_.options(); }

 private:
  const Stylizer& stylizer_;
  std::optional<Image> as_painted_, full_size_;
};

/// How a run ended.
struct RunEnd {
  const Stylizer& stylizer;
  const Result& result;
  const std::filesystem::path& painting;     ///< where it was saved
  const std::string& failure;                ///< why the run ended before its time, or nothing
  const std::vector<std::string>& given_up;  ///< what could not be written until now, a sentence each
};

/// Each of these may throw: then the observer is told no more, and the run goes on without it.
class RunObserver {
 public:
  RunObserver() = default;
  virtual ~RunObserver() = default;
  RunObserver(const RunObserver&) = delete;
  RunObserver& operator=(const RunObserver&) = delete;

  /// Before the first step. Nothing that is there may be replaced yet: the start may have no finite loss.
  virtual void begin(Stylizer&) {}
  virtual void step(const Stylizer&, const Step&) {}
  /// After the step that ends an epoch.
  virtual void epoch(EpochPictures&, const Step&) {}
  /// When the painting is saved, or nothing could be.
  virtual void end(const RunEnd&) {}
};

}  // namespace impasto::cli
