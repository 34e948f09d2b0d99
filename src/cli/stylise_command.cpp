#include "cli/stylise_command.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "cli/checkpoints.h"
#include "cli/exit_code.h"
#include "cli/failures.h"
#include "cli/find_weights.h"
#include "cli/given_pictures.h"
#include "cli/interrupt.h"
#include "cli/memory_check.h"
#include "cli/outputs.h"
#include "cli/picture_warnings.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/resume.h"
#include "cli/run_observers.h"
#include "cli/saved_words.h"
#include "cli/start_picture.h"
#include "cli/streamed_picture.h"
#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/stylise.h"

namespace impasto::cli {
namespace {

std::string picture_text(const std::filesystem::path& file, const Image& image) {
  return (is_standard_stream(file) ? "stdin" : printable(file.string())) + " (" +
         size_text(image.width(), image.height()) + ")";
}

// Lines on the terminal, which the bar of the progress has to make room for.
class Terminal {
 public:
  explicit Terminal(bool quiet) : quiet_(quiet) {}
  void set_progress(Progress& progress) { progress_ = &progress; }

  /// Unless the run is quiet.
  void note(const std::string& sentence) {
    if (!quiet_) print(sentence);
  }
  void warn(const std::string& sentence) { print("impasto: " + sentence); }

 private:
  void print(const std::string& line) {
    if (progress_ != nullptr) progress_->end_line();
    std::fprintf(stderr, "%s\n", printable(line).c_str());
  }

  bool quiet_;
  Progress* progress_ = nullptr;
};

std::string styles_text(const StyliseRequest& request, const Pictures& pictures) {
  std::string text;
  for (std::size_t i = 0; i < request.styles.size(); ++i) {
    text += (i == 0 ? "" : " and ") + picture_text(request.styles[i].file, pictures.styles[i].image);
  }
  return text;
}

// At the start there was no finite loss. One step of Adam moves a value by about the rate: a rate beyond floats ends
// the picture, not the loss.
bool painted_nothing(const Result& result, const Options& options) {
  const bool leapt = options.optimiser == OptimiserKind::adam &&
                     options.adam.learning_rate > static_cast<double>(std::numeric_limits<float>::max());
  return result.outcome == Outcome::diverged && result.steps == 0 && !leapt;
}

void print_summary(const Outputs& outputs, const Result& result, int all) {
  const std::string loss =
      result.steps == 0 || (result.evaluations == 0 && result.outcome == Outcome::finished)
          ? ""
          : ", loss " + number_text(result.first.total, 4) + " -> " + number_text(result.last.total, 4);
  const bool is_piped = is_standard_stream(outputs.painting());
  std::fprintf(is_piped ? stderr : stdout, "%s: %s, %d %ssteps in %s%s\n",
               is_piped ? "stdout" : printable(outputs.painting().string()).c_str(),
               size_text(result.image.width(), result.image.height()).c_str(), result.steps,
               result.steps >= all ? "" : ("of " + std::to_string(all) + " ").c_str(),
               duration_text(result.seconds).c_str(), loss.c_str());
}

// Why a run diverged, and what helps.
std::string divergence_text(const Result& result, const Outputs& outputs, const Options& options) {
  if (painted_nothing(result, options)) {
    return std::string(
               "the loss or its gradient is not a finite number at the start; nothing was painted; lower the "
               "weights of the losses or --init-noise") +
           (options.start == Start::values ? ", or choose another --init" : "");
  }
  return "the loss stopped being a finite number after step " + std::to_string(result.steps) +
         "; the best picture so far is in " + quoted(outputs.painting()) + "; " +
         (options.optimiser == OptimiserKind::adam
              ? "choose a --learning-rate smaller than " + number_text(options.adam.learning_rate)
              : "lower the weights of the losses");
}

struct Painted {
  Result result;
  std::string failure;  // what ended the run before its time
};

// All steps, or those before an error: what is painted is not lost to one.
Painted paint(Stylizer& stylizer, RunObservers& observers, Terminal& terminal) {
  Painted painted;
  try {
    painted.result = stylise(stylizer, [&](const Stylizer& at, const Step& step) {
      painted.result.steps = step.step;
      painted.result.last = step.losses;
      if (step.step == 1)
        terminal.note("painting " + size_text(at.width(), at.height()) + ", " + std::to_string(at.steps()) +
                      " steps, " + memory_text(at.planned_bytes()) + " planned");
      observers.step(at, step);
      if (step.restarted) terminal.note("L-BFGS found no way down and starts again along the gradient");
      return !Interrupt::requested();
    });
    return painted;
  } catch (const std::exception& error) {
    const auto* own = dynamic_cast<const Error*>(&error);
    if (painted.result.steps == 0 || (own != nullptr && own->code() == ErrorCode::diverged)) throw;
    painted.failure = error.what();
  }
  painted.result.image = stylizer.image();
  painted.result.values = stylizer.values();
  painted.result.first = stylizer.start_losses();
  painted.result.seconds = stylizer.seconds();
  painted.result.outcome = Outcome::stopped;
  return painted;
}

// What could not be saved anywhere is told when everything else is written.
std::exception_ptr save(Outputs& outputs, const Result& result, const Options& options, Failures& failures,
                        Terminal& terminal) {
  try {
    for (const std::string& left_out : outputs.save_painting(result, options.encode, failures)) terminal.note(left_out);
    return nullptr;
  } catch (const std::exception&) {
    return std::current_exception();
  }
}

int exit_code(const Painted& painted, const Outputs& outputs, const Options& options, const Failures& failures) {
  const Outcome outcome = painted.result.outcome;
  const std::string trouble =
      outcome == Outcome::diverged ? divergence_text(painted.result, outputs, options) : painted.failure;
  if (!trouble.empty()) std::fprintf(stderr, "impasto: %s\n", trouble.c_str());
  if (!trouble.empty() || !failures.sentences().empty()) return kExitFailed;
  return outcome == Outcome::stopped ? kExitInterrupted : kExitDone;
}

void warn_of(const std::filesystem::path& file, const Image& image) { print_lines(picture_warnings(file, image)); }

// What a run begins with: what it reads, and what there is to know about it.
void announce(const StyliseRequest& request, const Pictures& pictures, const FoundWeights& found,
              const Context& context) {
  if (found.fallback) std::fprintf(stderr, "%s\n", weights_advice().c_str());
  std::fprintf(stderr, "%s in the style of %s; weights: %s; %d %s, %s\n",
               picture_text(request.content, pictures.content).c_str(), styles_text(request, pictures).c_str(),
               found.weights.description().c_str(), context.threads(), context.threads() == 1 ? "thread" : "threads",
               to_string(context.target()).c_str());
  warn_of(request.content, pictures.content);
  for (std::size_t i = 0; i < pictures.styles.size(); ++i) {
    warn_of(request.styles[i].file, pictures.styles[i].image);
    if (i < request.style_masks.size()) warn_of(request.style_masks[i], pictures.styles[i].mask);
  }
  if (request.content_mask) warn_of(*request.content_mask, pictures.content_mask);
  if (request.protect) warn_of(*request.protect, pictures.protect);
  if (request.smooth) warn_of(*request.smooth, pictures.smooth);
}

// None for a painting that goes through a pipe, unless one is asked for.
const Checkpoints* add_checkpoints(const StyliseRequest& request, const Outputs& outputs, const Pictures& pictures,
                                   const Options& options, const Options& asked_for, RunObservers& observers,
                                   Terminal& terminal) {
  if (!request.checkpoint && is_standard_stream(outputs.painting())) return nullptr;
  const std::filesystem::path earlier = Checkpoints::default_file(outputs.painting());
  std::error_code failure;
  if (!request.checkpoint && !request.resume && std::filesystem::exists(earlier, failure))
    terminal.note("a run that was cut off left " + quoted(earlier) + "; impasto resume goes on with it");
  const std::string words = words_to_save(request, settings_taken_up(asked_for, options));
  return &observers.add<Checkpoints>("--checkpoint", request, outputs.painting(),
                                     painting_sizes(pictures.content, options),
                                     std::map<std::string, std::string>{{"words", words}});
}

}  // namespace

int stylise_command(const StyliseRequest& request, const std::filesystem::path& program) {
  check_masks(request);
  const FoundWeights found = find_weights(request.weights, program);
  Options options = painting_options(request, found.weights);
  validate(options, found.weights);
  Pictures pictures = load_pictures(request, options.decode);
  const std::vector<std::string> of_start = read_start(request, pictures.content, options);
  const Options asked_for = options;
  const std::optional<Resumed> resumed = take_up(request, pictures.content, options);
  const int planned_steps =
      total_iterations(options, static_cast<int>(painting_sizes(pictures.content, options).size()));
  Outputs outputs(request, found.file);
  outputs.check((planned_steps + options.steps_per_epoch - 1) / options.steps_per_epoch, options.encode);
  const PaintingSize size = painting_size(pictures.content, options);
  outputs.check_size(size.width, size.height);
  const Context context = within(request.max_memory, run_context(request));
  check_memory(pictures, found.weights, options, context, request.max_memory);
  if (!request.quiet) {
    announce(request, pictures, found, context);
    print_lines(of_start);
    if (resumed) print_lines({resumed->note});
  }

  Terminal terminal(request.quiet);
  Failures failures([&](const std::string& sentence) { terminal.warn(sentence); });
  RunObservers observers(failures);
  outputs.add_to(observers);
  const Checkpoints* checkpoints = add_checkpoints(request, outputs, pictures, options, asked_for, observers, terminal);
  if (request.report) observers.add<Report>("--report", request, pictures, found, context);
  auto& progress = observers.add<Progress>("--progress", request.quiet ? ProgressKind::none : request.progress, stderr);
  terminal.set_progress(progress);
  // Alive until the painting is saved: Ctrl-C must not end what it promised to save.
  const Interrupt interrupt(!request.quiet);
  const auto note = [&](LogLevel, const std::string& sentence) { terminal.note(sentence); };
  Stylizer stylizer =
      make_stylizer(resumed, pictures, found.weights, options, context.with_log(note).with_stop(Interrupt::requested));
  if (!request.report) pictures = {};  // by now the stylizer has what it needs of them
  observers.begin(stylizer);
  Painted painted = paint(stylizer, observers, terminal);
  if (resumed && resumed->is_exact) painted.result.steps = std::max(painted.result.steps, resumed->steps_done);
  const Result& result = painted.result;
  progress.end_line();
  const bool is_painted = !painted_nothing(result, options);
  const std::exception_ptr lost = is_painted ? save(outputs, result, options, failures, terminal) : nullptr;
  observers.end({stylizer, result, outputs.painting(), painted.failure, failures.sentences()});
  if (lost) std::rethrow_exception(lost);
  if (is_painted && !request.quiet) print_summary(outputs, result, stylizer.steps());
  if (checkpoints != nullptr && checkpoints->is_saved() && result.outcome != Outcome::finished)
    terminal.note("go on with: impasto resume " + shell_word(checkpoints->file().string()));
  return exit_code(painted, outputs, options, failures);
}

}  // namespace impasto::cli
