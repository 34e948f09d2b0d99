// One painting from the first resize to the last step, and the loop around it.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "impasto/stylise.h"
#include "optimise/adam.h"
#include "style/colour.h"
#include "style/noise.h"
#include "style/objective.h"

namespace impasto {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

PaintingSize scaled(const Image& image, int long_side) {
  const double factor = static_cast<double>(long_side) / std::max(image.width(), image.height());
  return {std::max(1, static_cast<int>(std::lround(image.width() * factor))),
          std::max(1, static_cast<int>(std::lround(image.height() * factor)))};
}

PaintingSize style_size(const Image& style, const Options& options, PaintingSize painting) {
  if (options.style_size > 0) return scaled(style, options.style_size);
  return options.style_exact ? painting : scaled(style, std::max(painting.width, painting.height));
}

Tensor<float> to_tensor(const Image& image, PaintingSize size, bool antialias) {
  const bool same = image.width() == size.width && image.height() == size.height;
  const Image resized = same        ? image
                        : antialias ? resize_antialiased(image, size.width, size.height)
                                    : resize_bilinear(image, size.width, size.height);
  const std::vector<float> values = normalise(resized);
  Tensor<float> tensor({size.height, size.width, 3});
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

// Adam squares gradients: beyond 1e18 that leaves the range of float, and the picture would stand still unnoticed.
bool usable(std::span<const float> values) {
  constexpr float kLimit = 1e18F;
  return std::all_of(values.begin(), values.end(), [](float value) { return std::abs(value) < kLimit; });
}

}  // namespace

PaintingSize painting_size(const Image& content, const Options& options) {
  if (options.width > 0) return {options.width, options.height};
  return scaled(content, options.size > 0 ? options.size : std::max(content.width(), content.height()));
}

std::vector<float> normalise(const Image& image) {
  std::vector<float> values(image.pixels().begin(), image.pixels().end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = (values[i] - static_cast<float>(kRgbMean[i % 3])) / static_cast<float>(kRgbDeviation[i % 3]);
  }
  return values;
}

Image denormalise(std::span<const float> values, int width, int height) {
  Image image(width, height);
  require(values.size() == image.pixels().size(), ErrorCode::input, "got ", values.size(), " values for a picture of ",
          width, " x ", height, " pixels; wanted ", image.pixels().size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    image.pixels()[i] = values[i] * static_cast<float>(kRgbDeviation[i % 3]) + static_cast<float>(kRgbMean[i % 3]);
  }
  return image;
}

struct Stylizer::State {
  Options options;
  PaintingSize size;
  Vgg19<float> network;
  std::unique_ptr<Objective<float>> objective;
  Adam<float> adam;
  std::vector<float> best;  // picture of the lowest loss so far
  double best_loss = std::numeric_limits<double>::infinity();
  int steps_done = 0;

  State(const Image& content_image, const Image& style_image, const Weights& weights, const Options& wanted,
        const Context& context)
      : options(wanted),
        size(painting_size(content_image, wanted)),
        network(weights.network()),
        adam(wanted.adam, Index{3} * size.width * size.height, context) {
    Tensor<float> content = to_tensor(content_image, size, options.antialias);
    const Tensor<float> style = to_tensor(style_image, style_size(style_image, options, size), options.antialias);
    if (options.colour == ColourMode::match) content = match_colour(content, style);
    objective = std::make_unique<Objective<float>>(network, *weights.network(), options, content, style, context);
    const Tensor<float> start = make_start(content, options);
    std::copy_n(start.data(), start.shape().count(), objective->picture().data());
    best.assign(start.values().begin(), start.values().end());
  }

  int steps() const { return options.epochs * options.steps_per_epoch; }

  [[noreturn]] void diverge(const char* what) {
    std::copy(best.begin(), best.end(), objective->picture().begin());
    fail(ErrorCode::diverged, what, " left the range of numbers at step ", steps_done + 1, " of ", steps(),
         "; lower the learning rate or the weights of the losses");
  }
};

Stylizer::Stylizer(const Image& content, const Image& style, const Weights& weights, const Options& options,
                   const Context& context) {
  require(!content.empty() && !style.empty(), ErrorCode::input, "the ", content.empty() ? "content" : "style",
          " picture is empty");
  validate(options, weights);
  state_ = with_memory_error("preparing the painting",
                             [&] { return std::make_unique<State>(content, style, weights, options, context); });
}

Stylizer::~Stylizer() = default;
Stylizer::Stylizer(Stylizer&&) noexcept = default;
Stylizer& Stylizer::operator=(Stylizer&&) noexcept = default;

int Stylizer::width() const noexcept { return state_->size.width; }
int Stylizer::height() const noexcept { return state_->size.height; }
const Options& Stylizer::options() const noexcept { return state_->options; }
bool Stylizer::finished() const noexcept { return state_->steps_done >= state_->steps(); }

std::size_t Stylizer::planned_bytes() const {
  // Picture, gradient, two moments and the best picture beside the arena.
  return state_->objective->planned_bytes() + 5 * sizeof(float) * state_->best.size();
}

Step Stylizer::step() {
  State& s = *state_;
  const Clock::time_point start = Clock::now();
  const std::span<float> picture = s.objective->picture();
  const Losses losses = s.objective->evaluate();
  if (!std::isfinite(losses.total)) s.diverge("the loss");
  if (losses.total < s.best_loss) {
    s.best_loss = losses.total;
    std::copy(picture.begin(), picture.end(), s.best.begin());
  }
  if (!usable(s.objective->gradient())) s.diverge("the gradient");
  s.adam.update(picture, s.objective->gradient());
  const int done = ++s.steps_done, per_epoch = s.options.steps_per_epoch;
  return {done,   s.steps(),           (done - 1) / per_epoch + 1, s.options.epochs, done % per_epoch == 0,
          losses, seconds_since(start)};
}

void Stylizer::set_profiling(bool on) { state_->objective->set_profiling(on); }

std::vector<OpCost> Stylizer::op_costs() const {
  std::vector<OpCost> costs;
  for (const OpProfile& op : state_->objective->profile()) {
    std::vector<std::size_t> shape;
    for (Index i = 0; i < op.shape.rank(); ++i) shape.push_back(static_cast<std::size_t>(op.shape[i]));
    costs.push_back({op.name, shape, op.forward_seconds, op.backward_seconds, op.forward_flops, op.backward_flops});
  }
  return costs;
}

std::vector<float> Stylizer::values() const {
  const std::span<const float> picture = state_->objective->picture();
  return {picture.begin(), picture.end()};
}

Image Stylizer::image() const { return denormalise(state_->objective->picture(), width(), height()); }

Result stylise(const Image& content, const Image& style, const Weights& weights, const Options& options,
               const Observer& observer, const Context& context) {
  const Clock::time_point start = Clock::now();
  Stylizer stylizer(content, style, weights, options, context);
  Result result;
  while (!stylizer.finished() && result.outcome == Outcome::finished) {
    Step step;
    try {
      step = stylizer.step();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::diverged) throw;
      result.outcome = Outcome::diverged;
      break;
    }
    if (step.step == 1) result.first = step.losses;
    result.last = step.losses;
    result.steps = step.step;
    if (observer && !observer(stylizer, step)) result.outcome = Outcome::stopped;
  }
  result.image = stylizer.image();
  result.values = stylizer.values();
  result.seconds = seconds_since(start);
  return result;
}

}  // namespace impasto
