#include "cli/stylise_command.h"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/report.h"
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
  /// `report`: to be told of every step, or null.
  Watcher(const StyliseRequest& request, Outputs& outputs, Report* report)
      : outputs_(outputs),
        report_(report),
        quiet_(request.quiet),
        progress_(request.quiet ? ProgressKind::none : request.progress, stderr) {}

  // False ends the run. A disk that refuses ends it too, and the picture is still saved: `failure` is rethrown later.
  bool observe(const Stylizer& stylizer, const Step& step) {
    try {
      if (step.step == 1) begin(stylizer);
      if (log_) log_->add(step, stylizer.layer_losses());
      if (report_ != nullptr) report_->observe(stylizer, step);
      progress_.show(step);
      if (step.restarted) note("L-BFGS found no way down and starts again along the gradient");
      if (step.ends_epoch && outputs_.wants_epochs()) {
        outputs_.save_epoch(outputs_.frame(stylizer), step.epoch, stylizer.options().encode);
      }
    } catch (...) {
      failure_ = std::current_exception();
    }
    return !failure_ && !Interrupt::requested();
  }

  void note(const std::string& sentence) {
    if (quiet_) return;
    progress_.end();
    std::fprintf(stderr, "%s\n", sentence.c_str());
  }
  void end() { progress_.end(); }
  const std::exception_ptr& failure() const { return failure_; }
  /// What it says; empty without one.
  std::string failure_text() const {
    try {
      if (failure_) std::rethrow_exception(failure_);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  }

 private:
  void begin(const Stylizer& stylizer) {
    const Options& options = stylizer.options();
    if (!quiet_) {
      std::fprintf(stderr, "painting %s, %d steps, %s planned\n",
                   size_text(stylizer.width(), stylizer.height()).c_str(), stylizer.steps(),
                   memory_text(stylizer.planned_bytes()).c_str());
    }
    outputs_.make_folders();
    outputs_.save_preset(options);
    if (outputs_.log()) log_.emplace(*outputs_.log());
  }

  Outputs& outputs_;
  Report* report_;
  bool quiet_;
  Progress progress_;
  std::optional<LossLog> log_;
  std::exception_ptr failure_;
};

Pictures load_pictures(const StyliseRequest& request, const DecodeOptions& decode) {
  const auto load_mask = [&](const std::optional<std::filesystem::path>& file) {
    return file ? load_image(*file) : Image();
  };
  Pictures pictures{.content = load_image(request.content, decode),
                    .styles = {},
                    .content_mask = load_mask(request.content_mask),
                    .protect = load_mask(request.protect),
                    .smooth = load_mask(request.smooth)};
  for (std::size_t i = 0; i < request.styles.size(); ++i) {
    const StyleFile& style = request.styles[i];
    pictures.styles.push_back({load_image(style.file, decode), style.weight,
                               i < request.style_masks.size() ? load_image(request.style_masks[i]) : Image()});
  }
  return pictures;
}

void check_masks(const StyliseRequest& request) {
  const auto refuse = [](const std::string& sentence) { throw Error(ErrorCode::usage, sentence); };
  const std::size_t masks = request.style_masks.size(), styles = request.styles.size();
  if (masks > 0 && masks != styles) {
    refuse("--style-mask is given " + std::to_string(masks) + " times for " + std::to_string(styles) +
           " style pictures; give one for each, in their order");
  }
  if (request.content_mask && masks == 0) {
    refuse("--content-mask is given without --style-mask; say where each region takes its style");
  }
  if (masks > 0 && !request.content_mask) {
    refuse("--style-mask is given without --content-mask; say where in the content each region's style goes");
  }
}

std::string styles_text(const StyliseRequest& request, const Pictures& pictures) {
  std::string text;
  for (std::size_t i = 0; i < request.styles.size(); ++i) {
    text += (i == 0 ? "" : " and ") + picture_text(request.styles[i].file, pictures.styles[i].image);
  }
  return text;
}

void print_summary(const Outputs& outputs, const Result& result, int all) {
  const std::string loss =
      result.steps == 0 ? ""
                        : ", loss " + number_text(result.first.total, 4) + " -> " + number_text(result.last.total, 4);
  std::printf("%s: %s, %d %ssteps in %s%s\n", outputs.painting().string().c_str(),
              size_text(result.image.width(), result.image.height()).c_str(), result.steps,
              result.steps >= all ? "" : ("of " + std::to_string(all) + " ").c_str(),
              duration_text(result.seconds).c_str(), loss.c_str());
  std::fflush(stdout);
}

int exit_code(const Result& result, const Outputs& outputs, const Options& options) {
  if (result.outcome == Outcome::stopped) return kExitInterrupted;
  if (result.outcome == Outcome::finished) return kExitDone;
  const bool adam = options.optimiser == OptimiserKind::adam;
  const double rate = options.adam.learning_rate;
  // One step of Adam moves a value by about the rate: a rate beyond floats ends the picture, not the loss.
  const bool leapt = adam && rate > static_cast<double>(std::numeric_limits<float>::max());
  if (result.steps == 0 && !leapt) {
    std::fprintf(stderr,
                 "impasto: the loss or its gradient is not a finite number at the start; the start is in %s; lower the "
                 "weights of the losses or --init-noise%s\n",
                 quoted(outputs.painting()).c_str(),
                 options.start == Start::values ? ", or choose another --init" : "");
  } else {
    std::fprintf(
        stderr, "impasto: the loss stopped being a finite number after step %d; the best picture so far is in %s; %s\n",
        result.steps, quoted(outputs.painting()).c_str(),
        adam ? ("choose a --learning-rate smaller than " + number_text(rate)).c_str()
             : "lower the weights of the losses");
  }
  return kExitFailed;
}

void warn(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) std::fprintf(stderr, "%s\n", warning.c_str());
}

// What a run begins with: what it reads, and what there is to know about it.
void announce(const StyliseRequest& request, const Pictures& pictures, const FoundWeights& found,
              const Context& context) {
  if (found.fallback) std::fprintf(stderr, "%s\n", weights_advice().c_str());
  std::fprintf(stderr, "%s in the style of %s; weights: %s; %d %s, %s\n",
               picture_text(request.content, pictures.content).c_str(), styles_text(request, pictures).c_str(),
               found.weights.description().c_str(), context.threads(), context.threads() == 1 ? "thread" : "threads",
               to_string(context.target()).c_str());
  warn(pictures.content.metadata().warnings);
  for (const StylePicture& style : pictures.styles) warn(style.image.metadata().warnings);
}

}  // namespace

int stylise_command(const StyliseRequest& request, const std::filesystem::path& program) {
  check_masks(request);
  const FoundWeights found = find_weights(request.weights, program);
  Options options = painting_options(request, found.weights);
  validate(options, found.weights);
  const Context context = run_context(request);
  const Pictures pictures = load_pictures(request, options.decode);
  read_start(request, pictures.content, options);
  const int planned_steps =
      total_iterations(options, static_cast<int>(painting_sizes(pictures.content, options).size()));
  Outputs outputs(request, found.file);
  outputs.check((planned_steps + options.steps_per_epoch - 1) / options.steps_per_epoch, options.encode);
  const PaintingSize size = painting_size(pictures.content, options);
  outputs.check_size(size.width, size.height);
  if (!request.quiet) announce(request, pictures, found, context);

  std::optional<Report> report;
  if (request.report) report.emplace(request, pictures, found, context);
  Watcher watcher(request, outputs, report ? &*report : nullptr);
  // Alive until the painting is saved: Ctrl-C must not end what it promised to save.
  const Interrupt interrupt(!request.quiet);
  const auto note = [&](LogLevel, const std::string& sentence) { watcher.note(sentence); };
  Stylizer stylizer(pictures, found.weights, options, context.with_log(note));
  if (report) report->begin(stylizer);
  const Result result =
      stylise(stylizer, [&](const Stylizer& at, const Step& step) { return watcher.observe(at, step); });
  watcher.end();
  outputs.make_folders();
  const std::vector<std::string> left_out = outputs.save_painting(result, options.encode);
  if (!request.quiet) warn(left_out);
  outputs.finish(result.image);
  if (report) report->save(stylizer, result, outputs.painting(), watcher.failure_text());
  if (!request.quiet) print_summary(outputs, result, stylizer.steps());
  if (watcher.failure()) std::rethrow_exception(watcher.failure());
  return exit_code(result, outputs, options);
}

}  // namespace impasto::cli
