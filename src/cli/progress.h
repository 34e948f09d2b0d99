// How far a run is: a bar on a terminal, a line per epoch elsewhere.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "cli/run_observer.h"
#include "impasto/stylise.h"

namespace impasto::cli {

enum class ProgressKind { automatic, bar, plain, none };

class Progress : public RunObserver {
 public:
  /// `automatic` becomes bar or plain by what `out` is. The clock starts here.
  Progress(ProgressKind kind, std::FILE* out);
  ~Progress() override;

  void step(const Stylizer& stylizer, const Step& step) override;
  /// Ends the bar's line, so that other lines can follow.
  void end_line();

 private:
  void draw_bar(const Step& step, double elapsed);
  double remaining(const Step& step) const;
  std::string rate() const;

  using Clock = std::chrono::steady_clock;
  ProgressKind kind_;
  std::FILE* out_;
  bool utf8_;
  Clock::time_point start_;
  Clock::time_point last_drawn_;
  double step_seconds_ = 0;
  int steps_seen_ = 0;  // a painting that is resumed begins with a later step
  std::size_t drawn_columns_ = 0;
};

}  // namespace impasto::cli
