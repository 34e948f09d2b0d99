#include "style/stylizer_state.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "base/check.h"
#include "base/machine.h"
#include "base/memory_pool.h"
#include "base/ranges.h"
#include "base/say.h"
#include "base/sizes.h"
#include "optimise/lbfgs.h"
#include "style/digest.h"
#include "style/guide.h"
#include "style/scales.h"
#include "style/start.h"

namespace impasto::IMPASTO_ABI {
namespace {

// |a - b| in L2, or |a| without b.
double norm(const Context& context, std::span<const float> a, const float* b = nullptr) {
  const double squares = sum_pieces(context, static_cast<Index>(a.size()), [a = a.data(), b](Index begin, Index end) {
    const auto square = [](double x) { return x * x; };
    return b == nullptr ? sum_of(begin, end, [&](Index i) { return square(a[i]); })
                        : sum_of(begin, end, [&](Index i) { return square(a[i] - b[i]); });
  });
  return std::sqrt(squares);
}

}  // namespace

Stylizer::State::State(const Pictures& pictures, const Weights& given, const Options& wanted, const Context& where)
    : options(wanted),
      context(where),
      weights(given),
      network(given.network()),
      size(painting_size(pictures.content, wanted)) {
  for (const std::string& sentence : stand_ins(options, weights)) say(context, LogLevel::warning, sentence);
  plan_for(pictures);
  make_scales(pictures);
  steps_planned = total_iterations(options, static_cast<int>(scales.size()));
  const PaintingSize coarsest = scales.front().size();
  enter(0, start_at(start, coarsest.height, coarsest.width, context));
  prepare();
}

void Stylizer::State::plan_for(const Pictures& pictures) {
  stop_if_asked(context);
  plan = plan_memory(pictures, weights, options, context, memory_budget(context));
  const std::size_t limit = context.memory_limit();
  require(limit == 0 || plan.least() <= limit - std::min(limit, context.memory_held()), ErrorCode::io,
          "the painting needs at least ", memory_text(plan.least() + context.memory_held()),
          ", but the context's limit is ", memory_text(limit),
          "; paint it smaller, compare fewer layers, or raise the limit");
  const char* const whose = limit > 0 ? "that the context allows" : "that is free";
  if (plan.region_size != options.region_size) {
    say(context, LogLevel::warning, "the painting is evaluated in ", plan.windows, " regions of at most ",
        plan.region_size, " pixels a side: the memory ", whose, " does not hold the network's maps of all of it");
  }
  options.region_size = plan.region_size;
  history = options.lbfgs.history;
  if (plan.history == 0 || plan.history == history) return;
  history = plan.history;
  say(context, LogLevel::warning, "L-BFGS keeps ", history, history == 1 ? " pair" : " pairs", " instead of ",
      options.lbfgs.history, ": the memory ", whose, " holds no more");
}

void Stylizer::State::plan_again(const Pictures& pictures) {
  plan = plan_regions(pictures, weights, affordable(), context, options.region_size, memory_budget(context));
  const std::size_t limit = context.memory_limit();
  const std::uint64_t left = limit - std::min(limit, context.memory_held());
  require(limit == 0 || (plan.least() <= left && plan.history >= history), ErrorCode::io, "the painting goes on with ",
          history, " pairs of L-BFGS, which need more than the context's limit of ", memory_text(limit), "; raise it");
}

void Stylizer::State::make_scales(const Pictures& pictures) {
  extras.share_metadata(pictures.content);
  seen.reserve(2 * static_cast<std::size_t>(options.lbfgs.max_evaluations) + 2);  // a restarted step searches twice
  guide = make_guide(pictures);
  style_cache = pictures.style_cache;
  const std::vector<std::size_t> style_layers = layers_of(options.style_layers, weights.network()->architecture);
  for (const PaintingSize& one : painting_sizes(pictures.content, options)) {
    stop_if_asked(context);
    Scene<float> scene = make_scene(pictures, guide, options, one, context);
    if (one.width == size.width && one.height == size.height) {
      pictures_digest = digest_of(scene, pictures, context);
      start = make_start(scene.content, options, context);
    }
    check_regions(scene, guide, style_layers);
    scene.style_cache = style_cache.get();
    if (style_cache != nullptr) scene.weights_digest = weights_digest();
    scales.emplace_back(std::move(scene));
  }
}

PlannedMemory Stylizer::State::planned() const {
  const bool is_adam = options.optimiser == OptimiserKind::adam;
  const std::uint64_t pictures = 2 + (is_adam ? 2 : 0) + (options.average > 0 ? 1 : 0);
  const Shape& shape = scales.back().shape();
  const auto count = static_cast<std::uint64_t>(shape.count());
  return {saturated(plan.arena), saturated(saturated_product(pictures, sizeof(float) * count)),
          saturated(optimiser_bytes<float>(affordable(), shape)), plan.windows, plan.kept};
}

Options Stylizer::State::affordable() const {
  Options kept = options;
  kept.lbfgs.history = history;
  return kept;
}

void Stylizer::State::enter(std::size_t k, Tensor<float> x) {
  scale = k;
  entered = std::move(x);
  steps_at_scale = 0;
  scale_done = false;
}

// What is beside the painting must not end it.
void Stylizer::State::save_styles() {
  try {
    if (style_cache != nullptr) style_cache->save();
  } catch (const Error& error) {
    say(context, LogLevel::warning, error.what(), "; the painting goes on without it");
    style_cache.reset();
  }
}

void Stylizer::State::prepare() {
  if (scale + 1 == scales.size()) start = Tensor<float>();
  const Shape& shape = scales[scale].shape();
  if (!scales[scale].is_open()) {
    scales[scale].open(network, *weights.network(), options, plan.keeps_content, context);
    save_styles();
    const bool is_last = scale + 1 == scales.size();
    std::size_t kept = is_last ? plan.kept : objective().windows();
    while (kept > 0 && objective().planned_bytes(kept) > plan.arena) --kept;
    objective().keep_windows(kept);
    objective().set_profiling(profiling);
  }
  objective().prepare();
  if (!entered.empty()) std::copy_n(entered.data(), shape.count(), objective().picture().data());
  if (options.optimiser == OptimiserKind::adam) best = picture();
  best_loss = std::numeric_limits<double>::infinity();
  flat = FlatStop(options.stop_when_flat);
  if (options.average > 0) average.emplace(options.average, shape.count(), context);
  std::unique_ptr<Optimiser<float>> made = make_optimiser<float>(affordable(), shape, context);
  if (made->origin() == nullptr) before = Tensor<float>(shape, context);
  optimiser = std::move(made);
  entered = Tensor<float>();
}

Tensor<float> Stylizer::State::picture() const {
  if (!entered.empty()) return entered.clone();
  const PaintingSize now_size = scales[scale].size();
  Tensor<float> x({now_size.height, now_size.width, 3}, context);
  const std::span<const float> now = objective().picture();
  if (average && steps_at_scale > 0) {
    average->mean(x.values());
  } else {
    std::copy(now.begin(), now.end(), x.data());
  }
  return x;
}

double Stylizer::State::evaluate() {
  const Losses losses = objective().evaluate();
  if (seen.empty() && steps_done == 0) first = losses;
  seen.push_back({losses, norm(context, objective().gradient())});
  if (losses.total < best_loss) {
    best_loss = losses.total;
    if (!best.empty()) std::copy_n(objective().picture().data(), best.shape().count(), best.data());
  }
  return losses.total;
}

void Stylizer::State::diverge() {
  if (!best.empty()) std::copy_n(best.data(), best.shape().count(), objective().picture().begin());
  average.reset();
  fail(ErrorCode::diverged, "the loss or its gradient left the range of numbers at step ", steps_done + 1, " of ",
       steps_planned, "; lower ", options.optimiser == OptimiserKind::adam ? "the learning rate or " : "",
       "the weights of the losses");
}

OptimiserStep Stylizer::State::move() {
  seen.clear();
  const std::span<const float> picture = objective().picture();
  if (!before.empty()) std::copy(picture.begin(), picture.end(), before.data());
  const OptimiserStep taken =
      optimiser->step({objective().picture(), objective().gradient(), [this] { return evaluate(); }});
  if (taken.diverged) diverge();
  if (taken.reported >= 0) last = seen[static_cast<std::size_t>(taken.reported)];
  change_norm = norm(context, picture, before.empty() ? optimiser->origin() : before.data());
  if (average) average->add(picture);
  ++steps_done;
  ++steps_at_scale;
  return taken;
}

void Stylizer::State::judge(const OptimiserStep& taken) {
  const int wanted = iterations_at(options, static_cast<int>(scale));
  const bool early = taken.stuck || flat.add(taken.loss);
  if (!early && steps_at_scale < wanted) return;
  steps_planned -= wanted - steps_at_scale;
  scale_done = true;
  finished = scale + 1 == scales.size();
}

Tensor<float> Stylizer::State::full_picture() const {
  if (scale + 1 == scales.size()) return picture();
  return start_after(picture(), start, size.height, size.width, context);
}

void Stylizer::State::enter_next() {
  entered = picture();  // what there is to show, should memory not suffice for the next size
  scales[scale].close();
  optimiser.reset();
  average.reset();
  best = Tensor<float>();
  before = Tensor<float>();
  const PaintingSize next = scales[scale + 1].size();
  enter(scale + 1, start_after(entered, start, next.height, next.width, context));
}

}  // namespace impasto::IMPASTO_ABI
