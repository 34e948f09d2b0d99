#include "cli/checkpoints.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/forecast.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

constexpr double kLongRun = 5 * 60;  // seconds

}  // namespace

Checkpoints::Checkpoints(const StyliseRequest& request, const std::filesystem::path& painting,
                         std::vector<PaintingSize> sizes, std::map<std::string, std::string> notes)
    : file_(request.checkpoint.value_or(default_file(painting))),
      is_asked_for_(request.checkpoint.has_value()),
      is_on_(is_asked_for_),
      minutes_(request.checkpoint_minutes),
      sizes_(std::move(sizes)),
      notes_(std::move(notes)),
      is_saved_(request.resume && std::filesystem::absolute(*request.resume) == std::filesystem::absolute(file_)) {}

std::filesystem::path Checkpoints::default_file(const std::filesystem::path& painting) {
  std::filesystem::path file = painting;
  file += ".checkpoint";
  return file;
}

void Checkpoints::begin(Stylizer&) { saved_at_ = Clock::now(); }

bool Checkpoints::is_due(const Step& step) const {
  if (minutes_ == 0) return step.ends_epoch;
  return std::chrono::duration<double>(Clock::now() - saved_at_).count() >= 60 * minutes_;
}

void Checkpoints::step(const Stylizer& stylizer, const Step& step) {
  last_step_ = step.step;
  // The first steps search longer than the others.
  if (!is_on_ && step.step > 3) is_on_ = expected_seconds(stylizer, step, sizes_) > kLongRun;
  if (is_on_ && is_due(step)) save(stylizer);
}

// One that nobody asked for fails with a word, and the run is none the worse.
bool Checkpoints::attempt(const Stylizer& stylizer, const std::function<void()>& write) {
  try {
    write();
    return true;
  } catch (const Error& error) {
    if (is_asked_for_) throw;
    is_on_ = false;
    const Log& log = stylizer.context().log();
    if (log) log(LogLevel::warning, std::string("no checkpoint is kept: ") + error.what());
    return false;
  }
}

void Checkpoints::save(const Stylizer& stylizer) {
  const bool is_begun = attempt(stylizer, [&] {
    std::error_code failure;  // the folder of a painting that was given no name is made for it
    if (!is_asked_for_ && file_.has_parent_path()) std::filesystem::create_directory(file_.parent_path(), failure);
    stylizer.save_beside(file_, notes_);
  });
  if (!is_begun) return;
  saved_at_ = Clock::now();
  saved_step_ = last_step_;
}

void Checkpoints::end(const RunEnd& end) {
  const bool is_done = end.result.outcome == Outcome::finished && end.failure.empty();
  const bool is_kept = is_asked_for_ || !is_done;
  const bool is_whole = end.result.outcome != Outcome::diverged && end.failure.empty();
  if (is_on_ && is_kept && is_whole && last_step_ > 0 && saved_step_ != last_step_) save(end.stylizer);
  if (attempt(end.stylizer, [&] { end.stylizer.finish_save(); }) && saved_step_ >= 0) is_saved_ = true;
  if (is_kept || !is_saved_) return;
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
  is_saved_ = false;
}

}  // namespace impasto::cli
