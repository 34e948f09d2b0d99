// `--checkpoint`: where a run stands, saved now and then, so that `impasto resume` can go on from there.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/run_observer.h"
#include "cli/stylise_options.h"
#include "impasto/stylise.h"

namespace impasto::cli {

class Checkpoints : public RunObserver {
 public:
  /// `sizes`: of all scales. `notes`: what resume wants to know. Without request.checkpoint the file lies beside
  /// `painting`, is written only once the run is expected to take five minutes, and goes when the painting is there.
  Checkpoints(const StyliseRequest& request, const std::filesystem::path& painting, std::vector<PaintingSize> sizes,
              std::map<std::string, std::string> notes);

  /// Beside a painting.
  static std::filesystem::path default_file(const std::filesystem::path& painting);

  void begin(Stylizer& stylizer) override;
  void step(const Stylizer& stylizer, const Step& step) override;
  void end(const RunEnd& end) override;
  /// Whether there is a file to go on from.
  bool is_saved() const { return is_saved_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool is_due(const Step& step) const;
  void save(const Stylizer& stylizer);
  bool attempt(const Stylizer& stylizer, const std::function<void()>& write);

  std::filesystem::path file_;
  bool is_asked_for_, is_on_;
  double minutes_;  // 0: every epoch
  std::vector<PaintingSize> sizes_;
  std::map<std::string, std::string> notes_;
  Clock::time_point saved_at_ = Clock::now();
  int saved_step_ = -1, last_step_ = 0;
  bool is_saved_;
};

}  // namespace impasto::cli
