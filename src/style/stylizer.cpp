// One painting from the first resize to the last step, and the loop around it.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "base/check.h"
#include "base/machine.h"
#include "base/memory_pool.h"
#include "base/say.h"
#include "base/sizes.h"
#include "impasto/stylise.h"
#include "kernel/ranges.h"
#include "optimise/average.h"
#include "optimise/flat_stop.h"
#include "optimise/lbfgs.h"
#include "optimise/optimiser.h"
#include "style/level.h"
#include "style/start.h"

namespace impasto::inline v0_1 {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void check_pictures(const Pictures& pictures) {
  require(!pictures.content.empty(), ErrorCode::input, "the content picture is empty");
  require(!pictures.styles.empty(), ErrorCode::usage, "there is no style picture; give at least one");
  for (const StylePicture& style : pictures.styles) {
    require(!style.image.empty(), ErrorCode::input, "the style picture is empty");
    require(std::isfinite(style.weight) && style.weight > 0, ErrorCode::usage, "a style picture's share is ",
            style.weight, "; wanted a number above 0");
  }
}

// |a - b| in L2, or |a| without b.
double norm(const Context& context, std::span<const float> a, const float* b = nullptr) {
  const double squares = sum_pieces(context, static_cast<Index>(a.size()), [a = a.data(), b](Index begin, Index end) {
    const auto square = [](double x) { return x * x; };
    return b == nullptr ? sum_of(begin, end, [&](Index i) { return square(a[i]); })
                        : sum_of(begin, end, [&](Index i) { return square(a[i] - b[i]); });
  });
  return std::sqrt(squares);
}

struct Evaluation {
  Losses losses;
  double gradient_norm = 0;
};

}  // namespace

struct Stylizer::State {
  Clock::time_point begun = Clock::now();
  Options options;
  Context context;
  Vgg19<float> network;
  PaintingSize size;
  Image extras;  // without pixels: the content's metadata
  std::vector<Level> levels;
  Tensor<float> start;  // at the painting's size, while a coarser scale is painted
  std::size_t level = 0;
  int history = 0;
  std::unique_ptr<Optimiser<float>> optimiser;  // none until prepare()
  std::optional<IterateAverage<float>> average;
  FlatStop flat{0};
  std::vector<Evaluation> seen;  // of the present step
  Losses first;
  Evaluation last;
  Tensor<float> before;    // the picture before the present step
  double change_norm = 0;  // of the last step
  Tensor<float> best;      // picture of the lowest loss so far at this scale
  double best_loss = std::numeric_limits<double>::infinity();
  int steps_done = 0, steps_at_scale = 0, steps_planned = 0;
  bool scale_done = false, finished = false;

  State(const Pictures& pictures, const Weights& weights, const Options& wanted, const Context& where)
      : options(wanted), context(where), network(weights.network()), size(painting_size(pictures.content, wanted)) {
    extras.share_metadata(pictures.content);
    const Guide guide = make_guide(pictures);
    for (const PaintingSize& one : painting_sizes(pictures.content, options)) {
      Scene<float> scene = make_scene(pictures, guide, options, one, context);
      if (one.width == size.width && one.height == size.height) start = make_start(scene.content, options, context);
      levels.emplace_back(network, *weights.network(), options, std::move(scene), context);
    }
    fit_memory();
    seen.reserve(2 * static_cast<std::size_t>(options.lbfgs.max_evaluations) + 2);  // a restarted step searches twice
    steps_planned = total_iterations(options, static_cast<int>(levels.size()));
    const PaintingSize coarsest = levels.front().size();
    enter(0, start_at(start, coarsest.height, coarsest.width, context));
    prepare();
  }

  PlannedMemory planned() const {
    const Level& largest = levels.back();
    const std::uint64_t pictures = 4 + (options.average > 0 ? 1 : 0);
    return {largest.objective().planned_bytes(), saturated(saturated_product(pictures, picture_bytes())),
            saturated(optimiser_bytes<float>(affordable(), largest.count()))};
  }
  std::size_t picture_bytes() const { return sizeof(float) * static_cast<std::size_t>(levels.back().count()); }

  // Shortens the history to what memory holds. What a limit cannot hold at the largest scale is refused.
  void fit_memory() {
    const bool is_lbfgs = options.optimiser == OptimiserKind::lbfgs;
    history = is_lbfgs ? 1 : options.lbfgs.history;
    std::size_t budget = free_memory_bytes() / 2;
    if (const std::size_t limit = context.memory_limit(); limit > 0) {
      const PlannedMemory memory = planned();
      // Held by then: what is now, but for the start; the painting is part of that and its gradient of the arena, so
      // two of the planned pictures are left for showing it.
      const std::uint64_t others =
          std::uint64_t{context.memory_held()} - aligned_bytes(picture_bytes()) + memory.arena + memory.pictures;
      const std::uint64_t needed = others + memory.optimiser;
      require(needed <= limit, ErrorCode::io, "the painting needs at least ", memory_text(needed),
              ", but the context's limit is ", memory_text(limit),
              "; paint it smaller, compare fewer layers, or raise the limit");
      budget = std::min(budget, static_cast<std::size_t>(limit - others));
    }
    if (!is_lbfgs) return;
    // Memory that holds not even one pair is refused where it is taken.
    history = std::max(1, history_that_fits(options.lbfgs.history, levels.back().count(), budget));
    if (history == options.lbfgs.history) return;
    say(context, LogLevel::warning, "L-BFGS keeps ", history, history == 1 ? " pair" : " pairs", " instead of ",
        options.lbfgs.history, ": the memory ", context.memory_limit() > 0 ? "that the context allows" : "that is free",
        " holds no more");
  }

  Objective<float>& objective() const { return levels[level].objective(); }

  // The options with as much history as memory holds.
  Options affordable() const {
    Options kept = options;
    kept.lbfgs.history = history;
    return kept;
  }

  // Takes up a scale at picture x, for which prepare() takes the memory. What fails there can be tried again.
  void enter(std::size_t k, const Tensor<float>& x) {
    if (k > level) levels[level].close();
    level = k;
    std::copy_n(x.data(), x.shape().count(), objective().picture().data());
    steps_at_scale = 0;
    scale_done = false;
    optimiser.reset();
  }

  // Takes what steps at this scale need, once that of the scale before is free; the optimiser last: it tells that all
  // is there.
  void prepare() {
    if (level + 1 == levels.size()) start = Tensor<float>();
    average.reset();
    best = Tensor<float>();
    before = Tensor<float>();
    const Index count = levels[level].count();
    objective().prepare();
    best = picture();
    before = picture();
    best_loss = std::numeric_limits<double>::infinity();
    flat = FlatStop(options.stop_when_flat);
    if (options.average > 0) average.emplace(options.average, count, context);
    optimiser = make_optimiser<float>(affordable(), count, context);
  }

  // The picture of this scale, or the mean of its last ones.
  Tensor<float> picture() const {
    const PaintingSize now_size = levels[level].size();
    Tensor<float> x({now_size.height, now_size.width, 3}, context);
    const std::span<const float> now = objective().picture();
    if (average && steps_at_scale > 0) {
      average->mean(x.values());
    } else {
      std::copy(now.begin(), now.end(), x.data());
    }
    return x;
  }

  double evaluate() {
    const Losses losses = objective().evaluate();
    if (seen.empty() && steps_done == 0) first = losses;
    seen.push_back({losses, norm(context, objective().gradient())});
    if (losses.total < best_loss) {
      best_loss = losses.total;
      const std::span<const float> now = objective().picture();
      std::copy(now.begin(), now.end(), best.data());
    }
    return losses.total;
  }

  [[noreturn]] void diverge() {
    std::copy_n(best.data(), best.shape().count(), objective().picture().begin());
    average.reset();
    fail(ErrorCode::diverged, "the loss or its gradient left the range of numbers at step ", steps_done + 1, " of ",
         steps_planned, "; lower ", options.optimiser == OptimiserKind::adam ? "the learning rate or " : "",
         "the weights of the losses");
  }

  OptimiserStep move() {
    seen.clear();
    const std::span<const float> picture = objective().picture();
    std::copy(picture.begin(), picture.end(), before.data());
    const OptimiserStep taken =
        optimiser->step({objective().picture(), objective().gradient(), [this] { return evaluate(); }});
    if (taken.diverged) diverge();
    if (taken.reported >= 0) last = seen[static_cast<std::size_t>(taken.reported)];
    change_norm = norm(context, picture, before.data());
    if (average) average->add(picture);
    ++steps_done;
    ++steps_at_scale;
    return taken;
  }

  // After a step: is this scale done, and with it the painting?
  void judge(const OptimiserStep& taken) {
    const int wanted = iterations_at(options, static_cast<int>(level));
    const bool early = taken.stuck || flat.add(taken.loss);
    if (!early && steps_at_scale < wanted) return;
    steps_planned -= wanted - steps_at_scale;
    scale_done = true;
    finished = level + 1 == levels.size();
  }

  // The picture at the painting's size.
  Tensor<float> full_picture() const {
    if (level + 1 == levels.size()) return picture();
    return start_after(picture(), start, size.height, size.width, context);
  }

  void enter_next() {
    const PaintingSize next = levels[level + 1].size();
    enter(level + 1, start_after(picture(), start, next.height, next.width, context));
  }
};

namespace {

Pictures one_style(const Image& content, const Image& style) {
  return with_memory_error("copying the pictures", [&] {
    Pictures pictures;
    pictures.content = content;
    pictures.styles.push_back({.image = style});
    return pictures;
  });
}

}  // namespace

Stylizer::Stylizer(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context) {
  check_pictures(pictures);
  validate(options, weights);
  state_ = with_memory_error("preparing the painting",
                             [&] { return std::make_unique<State>(pictures, weights, options, context); });
}

Stylizer::Stylizer(const Image& content, const Image& style, const Weights& weights, const Options& options,
                   const Context& context)
    : Stylizer(one_style(content, style), weights, options, context) {}

Stylizer::~Stylizer() = default;
Stylizer::Stylizer(Stylizer&&) noexcept = default;
Stylizer& Stylizer::operator=(Stylizer&&) noexcept = default;

int Stylizer::width() const noexcept { return state_->size.width; }
int Stylizer::height() const noexcept { return state_->size.height; }
int Stylizer::steps() const noexcept { return state_->steps_planned; }
int Stylizer::history() const noexcept { return state_->history; }
const Context& Stylizer::context() const noexcept { return state_->context; }
const Options& Stylizer::options() const noexcept { return state_->options; }
bool Stylizer::finished() const noexcept { return state_->finished; }
double Stylizer::seconds() const { return seconds_since(state_->begun); }
Losses Stylizer::start_losses() const { return state_->first; }
std::vector<LayerLoss> Stylizer::layer_losses() const { return state_->objective().layer_losses(); }

PlannedMemory Stylizer::planned_memory() const { return state_->planned(); }

std::size_t Stylizer::planned_bytes() const {
  const PlannedMemory memory = planned_memory();
  return saturated(std::uint64_t{memory.arena} + memory.pictures + memory.optimiser);
}

Step Stylizer::step() {
  State& s = *state_;
  const Clock::time_point begin = Clock::now();
  require(!s.finished, ErrorCode::usage, "the painting is finished after ", s.steps_done, " steps");
  with_memory_error("preparing the next size", [&] {
    if (s.scale_done) s.enter_next();
    if (s.optimiser == nullptr) s.prepare();
  });
  const Level& level = s.levels[s.level];
  Step step;
  step.scale = static_cast<int>(s.level) + 1;
  step.scales = static_cast<int>(s.levels.size());
  step.width = level.size().width;
  step.height = level.size().height;
  const OptimiserStep taken = s.move();
  s.judge(taken);
  const int per_epoch = s.options.steps_per_epoch;
  step.step = s.steps_done;
  step.steps = s.steps_planned;
  step.epoch = (step.step - 1) / per_epoch + 1;
  step.epochs = (step.steps + per_epoch - 1) / per_epoch;
  step.ends_epoch = step.step % per_epoch == 0 || s.finished;
  step.losses = s.last.losses;
  step.gradient_norm = s.last.gradient_norm;
  step.change_norm = s.change_norm;
  step.evaluations = taken.evaluations;
  step.restarted = taken.restarted;
  step.seconds = seconds_since(begin);
  return step;
}

void Stylizer::set_profiling(bool on) {
  State& s = *state_;
  for (std::size_t k = s.level; k < s.levels.size(); ++k) s.levels[k].objective().set_profiling(on);
}

std::vector<OpCost> Stylizer::op_costs() const {
  std::vector<OpCost> costs;
  for (const OpProfile& op : state_->objective().profile()) {
    std::vector<std::size_t> shape;
    for (Index i = 0; i < op.shape.rank(); ++i) shape.push_back(static_cast<std::size_t>(op.shape[i]));
    costs.push_back({op.name, shape, op.forward_seconds, op.backward_seconds, op.forward_flops, op.backward_flops});
  }
  return costs;
}

std::vector<float> Stylizer::values() const {
  return with_memory_error("copying the painting", [&] {
    const Tensor<float> full = state_->full_picture();
    return std::vector<float>(full.values().begin(), full.values().end());
  });
}

Image Stylizer::preview() const {
  return with_memory_error("showing the painting", [&] {
    return state_->levels[state_->level].finish(state_->picture(), state_->options, state_->context);
  });
}

Image Stylizer::image() const {
  return with_memory_error("showing the painting", [&] {
    Image image = state_->levels.back().finish(state_->full_picture(), state_->options, state_->context);
    image.share_metadata(state_->extras);
    return image;
  });
}

Result stylise(Stylizer& stylizer, const Observer& observer) {
  Result result;
  while (!stylizer.finished() && result.outcome == Outcome::finished) {
    Step step;
    try {
      step = stylizer.step();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::diverged || stylizer.context().checks_numbers()) throw;
      result.outcome = Outcome::diverged;
      break;
    }
    result.last = step.losses;
    result.steps = step.step;
    result.evaluations += step.evaluations;
    if (observer && !observer(stylizer, step)) result.outcome = Outcome::stopped;
  }
  result.first = stylizer.start_losses();
  result.image = stylizer.image();
  result.values = stylizer.values();
  result.seconds = stylizer.seconds();
  return result;
}

Result stylise(const Pictures& pictures, const Weights& weights, const Options& options, const Observer& observer,
               const Context& context) {
  Stylizer stylizer(pictures, weights, options, context);
  return stylise(stylizer, observer);
}

Result stylise(const Image& content, const Image& style, const Weights& weights, const Options& options,
               const Observer& observer, const Context& context) {
  return stylise(one_style(content, style), weights, options, observer, context);
}

}  // namespace impasto::inline v0_1
