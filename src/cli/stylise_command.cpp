#include "cli/stylise_command.h"

#include <cstdio>
#include <exception>
#include <limits>
#include <optional>

#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/start_picture.h"
#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/stylise.h"

namespace impasto::cli {
namespace {

std::string size_text(int width, int height) { return std::to_string(width) + " x " + std::to_string(height); }

std::string picture_text(const std::filesystem::path& file, const Image& image) {
  return file.string() + " (" + size_text(image.width(), image.height()) + ")";
}

// What is done after every step.
class Watcher {
 public:
  Watcher(const StyliseRequest& request, const Outputs& outputs)
      : outputs_(outputs),
        quiet_(request.quiet),
        progress_(request.quiet ? ProgressKind::none : request.progress, stderr) {}

  // False ends the run. A disk that refuses ends it too, and the picture is still saved: `failure` is rethrown later.
  bool observe(const Stylizer& stylizer, const Step& step) {
    try {
      if (step.step == 1) begin(stylizer);
      if (log_) log_->add(step);
      progress_.show(step);
      if (step.ends_epoch) outputs_.save_snapshot(stylizer.image(), step.epoch, stylizer.options().encode);
    } catch (...) {
      failure_ = std::current_exception();
    }
    return !failure_ && !Interrupt::requested();
  }

  void end() { progress_.end(); }
  const std::exception_ptr& failure() const { return failure_; }

 private:
  void begin(const Stylizer& stylizer) {
    if (!quiet_) {
      std::fprintf(stderr, "painting %s, %d steps, %s planned\n",
                   size_text(stylizer.width(), stylizer.height()).c_str(),
                   stylizer.options().epochs * stylizer.options().steps_per_epoch,
                   memory_text(stylizer.planned_bytes()).c_str());
    }
    outputs_.make_folders();
    if (outputs_.log()) log_.emplace(*outputs_.log());
  }

  const Outputs& outputs_;
  bool quiet_;
  Progress progress_;
  std::optional<LossLog> log_;
  std::exception_ptr failure_;
};

void print_summary(const Outputs& outputs, const Result& result, const Options& options) {
  const int all = options.epochs * options.steps_per_epoch;
  const std::string loss =
      result.steps == 0 ? ""
                        : ", loss " + number_text(result.first.total, 4) + " -> " + number_text(result.last.total, 4);
  std::printf("%s: %s, %d %ssteps in %s%s\n", outputs.painting().string().c_str(),
              size_text(result.image.width(), result.image.height()).c_str(), result.steps,
              result.steps == all ? "" : ("of " + std::to_string(all) + " ").c_str(),
              duration_text(result.seconds).c_str(), loss.c_str());
  std::fflush(stdout);
}

int exit_code(const Result& result, const Outputs& outputs, const Options& options) {
  if (result.outcome == Outcome::stopped) return kExitInterrupted;
  if (result.outcome == Outcome::finished) return kExitDone;
  const double rate = options.adam.learning_rate;
  // One step of Adam moves a value by about the rate: a rate beyond floats ends the picture, not the loss.
  if (result.steps == 0 && rate <= static_cast<double>(std::numeric_limits<float>::max())) {
    std::fprintf(stderr,
                 "impasto: the loss or its gradient is not a finite number at the start; the start is in %s; lower the "
                 "weights of the losses or --init-noise%s\n",
                 quoted(outputs.painting()).c_str(),
                 options.start == Start::values ? ", or choose another --init" : "");
  } else {
    std::fprintf(stderr,
                 "impasto: the loss stopped being a finite number after step %d; the best picture so far is in %s; "
                 "choose a --learning-rate smaller than %s\n",
                 result.steps, quoted(outputs.painting()).c_str(), number_text(rate).c_str());
  }
  return kExitFailed;
}

}  // namespace

int stylise_command(const StyliseRequest& request, const std::filesystem::path& program) {
  const FoundWeights found = find_weights(request.weights, program);
  Options options = painting_options(request, found.weights);
  validate(options, found.weights);
  const Outputs outputs(request, found.file);
  outputs.check(options.epochs);
  const Context context = run_context(request);
  const Image content = load_image(request.content, options.decode);
  const Image style = load_image(request.style, options.decode);
  read_start(request, content, options);

  if (!request.quiet) {
    if (found.fallback) std::fprintf(stderr, "%s\n", weights_advice().c_str());
    std::fprintf(stderr, "%s in the style of %s; weights: %s; %d %s, %s\n",
                 picture_text(request.content, content).c_str(), picture_text(request.style, style).c_str(),
                 found.weights.description().c_str(), context.threads(), context.threads() == 1 ? "thread" : "threads",
                 to_string(context.target()).c_str());
  }

  Watcher watcher(request, outputs);
  // Alive until the painting is saved: Ctrl-C must not end what it promised to save.
  const Interrupt interrupt(!request.quiet);
  const Result result = stylise(
      content, style, found.weights, options,
      [&](const Stylizer& stylizer, const Step& step) { return watcher.observe(stylizer, step); }, context);
  watcher.end();
  outputs.make_folders();
  outputs.save_painting(result, options.encode);
  if (!request.quiet) print_summary(outputs, result, options);
  if (watcher.failure()) std::rethrow_exception(watcher.failure());
  return exit_code(result, outputs, options);
}

}  // namespace impasto::cli
