#include "cli/progress.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

#include "cli/terminal.h"
#include "cli/text.h"

namespace impasto::cli {
namespace {

constexpr std::size_t kShortestBar = 8;
constexpr std::size_t kLongestBar = 40;
// Rate, times and loss at their usual longest.
constexpr std::size_t kTailColumns = 47;
constexpr std::chrono::milliseconds kRedraw(100);

std::string padded(const std::string& text, std::size_t columns) {
  return std::string(columns > text.size() ? columns - text.size() : 0, ' ') + text;
}

std::string epoch_text(const Step& step) { return std::to_string(step.epoch) + "/" + std::to_string(step.epochs); }

}  // namespace

Progress::Progress(ProgressKind kind, std::FILE* out)
    : kind_(kind), out_(out), utf8_(locale_is_utf8()), start_(Clock::now()), last_drawn_(start_ - kRedraw) {
  if (kind_ == ProgressKind::automatic) kind_ = is_terminal(out) ? ProgressKind::bar : ProgressKind::plain;
}

Progress::~Progress() { end_line(); }

void Progress::step(const Stylizer&, const Step& step) {
  ++steps_seen_;
  step_seconds_ += step.seconds;
  const Clock::time_point now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  if (kind_ == ProgressKind::plain && step.ends_epoch) {
    std::fprintf(out_, "epoch %s: step %d of %d, %s, %s elapsed, %s left, loss %s\n", epoch_text(step).c_str(),
                 step.step, step.steps, rate().c_str(), clock_text(elapsed).c_str(),
                 clock_text(remaining(step)).c_str(), number_text(step.losses.total, 4).c_str());
    std::fflush(out_);
  }
  if (kind_ == ProgressKind::bar && (now - last_drawn_ >= kRedraw || step.step == step.steps)) {
    draw_bar(step, elapsed);
    last_drawn_ = now;
  }
}

void Progress::draw_bar(const Step& step, double elapsed) {
  const double fraction = static_cast<double>(step.step) / std::max(step.steps, 1);
  // Fields keep their width while their numbers change, or the bar would twitch.
  const std::string head = "epoch " + padded(epoch_text(step), 2 * std::to_string(step.epochs).size() + 1) +
                           padded(std::to_string(static_cast<int>(fraction * 100)) + "%", 5);
  const std::string parts[] = {padded(rate(), 14),
                               "  " + clock_text(elapsed) + padded(clock_text(remaining(step)), 6) + " left",
                               "  loss " + number_text(step.losses.total, 4)};
  const std::size_t width = terminal_columns(out_);
  std::string tail;
  for (const std::string& part : parts) {
    if (head.size() + tail.size() + part.size() <= width) tail += part;
  }
  std::size_t used = head.size() + tail.size();
  std::string line = head.substr(0, width);
  const std::size_t reserved = std::max(used, head.size() + kTailColumns) + 3;
  if (reserved + kShortestBar <= width) {
    const std::size_t bar = std::min(width - reserved, kLongestBar);
    line += " [" + bar_text(fraction, bar, utf8_) + "]";
    used += bar + 3;
  }
  line += tail;
  // Blanks over what is left of a longer line: understood by every terminal.
  const std::size_t blanks = drawn_columns_ > used ? std::min(drawn_columns_, width) - std::min(used, width) : 0;
  std::fprintf(out_, "\r%s%s", line.c_str(), std::string(blanks, ' ').c_str());
  std::fflush(out_);
  drawn_columns_ = used;
}

void Progress::end_line() {
  if (drawn_columns_ > 0) std::fputc('\n', out_);
  std::fflush(out_);
  drawn_columns_ = 0;
}

double Progress::remaining(const Step& step) const {
  return steps_seen_ > 0 ? step_seconds_ / steps_seen_ * (step.steps - step.step) : 0;
}

std::string Progress::rate() const {
  const double per_step = std::max(step_seconds_ / std::max(steps_seen_, 1), 1e-9);
  const bool fast = per_step <= 1;
  const double value = fast ? 1 / per_step : per_step;
  return number_text(value, value < 100 ? 3 : 5) + (fast ? " steps/s" : " s/step");
}

}  // namespace impasto::cli
