// Stylizer's calls, and the loop around its steps. What it holds is style/stylizer_state.h.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/sizes.h"
#include "impasto/stylise.h"
#include "style/stylizer_state.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Pictures one_style(const Image& content, const Image& style) {
  return with_memory_error("copying the pictures", [&] {
    Pictures pictures;
    pictures.content = content;
    pictures.styles.push_back({.image = style});
    return pictures;
  });
}

}  // namespace

void check_pictures(const Pictures& pictures) {
  require(!pictures.content.empty(), ErrorCode::input, "the content picture is empty");
  require(!pictures.styles.empty(), ErrorCode::usage, "there is no style picture; give at least one");
  for (const StylePicture& style : pictures.styles) {
    require(!style.image.empty(), ErrorCode::input, "the style picture is empty");
    require(std::isfinite(style.weight) && style.weight > 0, ErrorCode::usage, "a style picture's share is ",
            style.weight, "; wanted a number above 0");
  }
}

Stylizer::Stylizer(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context) {
  check_pictures(pictures);
  validate(options, weights);
  state_ = with_memory_error("preparing the painting",
                             [&] { return std::make_unique<State>(pictures, weights, options, context); });
}

Stylizer::Stylizer(const Image& content, const Image& style, const Weights& weights, const Options& options,
                   const Context& context)
    : Stylizer(one_style(content, style), weights, options, context) {}

Stylizer::Stylizer(std::unique_ptr<State> state) : state_(std::move(state)) {}

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
std::vector<LayerLoss> Stylizer::layer_losses() const {
  return state_->optimiser == nullptr ? std::vector<LayerLoss>{} : state_->objective().layer_losses();
}

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
  const PaintingScale& scale = s.scales[s.scale];
  Step step;
  step.scale = static_cast<int>(s.scale) + 1;
  step.scales = static_cast<int>(s.scales.size());
  step.width = scale.size().width;
  step.height = scale.size().height;
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
  s.profiling = on;
  if (s.scales[s.scale].is_open()) s.scales[s.scale].objective().set_profiling(on);
}

std::vector<OpCost> Stylizer::op_costs() const {
  std::vector<OpCost> costs;
  if (!state_->scales[state_->scale].is_open()) return costs;
  for (const OpProfile& op : state_->objective().profile()) {
    std::vector<std::size_t> shape;
    for (Index i = 0; i < op.shape.rank(); ++i) shape.push_back(static_cast<std::size_t>(op.shape[i]));
    costs.push_back({op.name, shape, op.forward_seconds, op.backward_seconds, op.forward_flops, op.backward_flops});
  }
  return costs;
}

std::vector<float> Stylizer::values() const {
  return with_memory_error("copying the painting", [&] {
    const State& s = *state_;
    if (s.scale + 1 == s.scales.size() && s.optimiser != nullptr && !s.average) {
      const std::span<const float> now = s.objective().picture();
      return std::vector<float>(now.begin(), now.end());
    }
    const Tensor<float> full = s.full_picture();
    return std::vector<float>(full.values().begin(), full.values().end());
  });
}

Image Stylizer::preview() const {
  return with_memory_error("showing the painting", [&] {
    return state_->scales[state_->scale].finish(state_->picture(), state_->options, state_->context);
  });
}

Image Stylizer::image() const {
  return with_memory_error("showing the painting", [&] {
    Image image = state_->scales.back().finish(state_->full_picture(), state_->options, state_->context);
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

}  // namespace impasto::IMPASTO_ABI
