#include "style/stylizer_state.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include "base/buffer.h"
#include "base/check.h"
#include "base/machine.h"
#include "base/memory_pool.h"
#include "base/say.h"
#include "base/sizes.h"
#include "kernel/ranges.h"
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
  make_scales(pictures, 0);
  fit_memory();
  steps_planned = total_iterations(options, static_cast<int>(scales.size()));
  const PaintingSize coarsest = scales.front().size();
  enter(0, start_at(start, coarsest.height, coarsest.width, context));
  prepare();
}

void Stylizer::State::make_scales(const Pictures& pictures, std::size_t first_open) {
  extras.share_metadata(pictures.content);
  seen.reserve(2 * static_cast<std::size_t>(options.lbfgs.max_evaluations) + 2);  // a restarted step searches twice
  const Guide guide = make_guide(pictures);
  for (const PaintingSize& one : painting_sizes(pictures.content, options)) {
    stop_if_asked(context);
    Scene<float> scene = make_scene(pictures, guide, options, one, context);
    if (one.width == size.width && one.height == size.height) {
      pictures_digest = digest_of(scene, pictures);
      start = make_start(scene.content, options, context);
    }
    scales.emplace_back(network, *weights.network(), options, std::move(scene), context, scales.size() < first_open);
  }
}

PlannedMemory Stylizer::State::planned() const {
  const PaintingScale& largest = scales.back();
  const std::uint64_t pictures = 4 + (options.average > 0 ? 1 : 0);
  return {largest.objective().planned_bytes(), saturated(saturated_product(pictures, picture_bytes())),
          saturated(optimiser_bytes<float>(affordable(), largest.count()))};
}

std::size_t Stylizer::State::budget() const {
  const PlannedMemory memory = planned();
  const std::uint64_t beside = std::uint64_t{memory.arena} + memory.pictures;
  const auto budget = static_cast<std::size_t>(optimiser_budget(free_memory_bytes(), beside));
  const std::size_t limit = context.memory_limit();
  if (limit == 0) return budget;
  // Held by then: what is now, but for the start; the painting is part of that and its gradient of the arena, so
  // two of the planned pictures are left for showing it.
  const std::uint64_t others =
      std::uint64_t{context.memory_held()} - aligned_bytes(picture_bytes()) + memory.arena + memory.pictures;
  const std::uint64_t needed = others + memory.optimiser;
  require(needed <= limit, ErrorCode::io, "the painting needs at least ", memory_text(needed),
          ", but the context's limit is ", memory_text(limit),
          "; paint it smaller, compare fewer layers, or raise the limit");
  return std::min(budget, static_cast<std::size_t>(limit - others));
}

void Stylizer::State::fit_memory() {
  const bool is_lbfgs = options.optimiser == OptimiserKind::lbfgs;
  history = is_lbfgs ? 1 : options.lbfgs.history;
  const std::size_t most = budget();
  if (!is_lbfgs) return;
  // Memory that holds not even one pair is refused where it is taken.
  history = std::max(1, history_that_fits(options.lbfgs, scales.back().count(), most));
  if (history == options.lbfgs.history) return;
  say(context, LogLevel::warning, "L-BFGS keeps ", history, history == 1 ? " pair" : " pairs", " instead of ",
      options.lbfgs.history, ": the memory ", context.memory_limit() > 0 ? "that the context allows" : "that is free",
      " holds no more");
}

Options Stylizer::State::affordable() const {
  Options kept = options;
  kept.lbfgs.history = history;
  return kept;
}

void Stylizer::State::enter(std::size_t k, const Tensor<float>& x) {
  if (k > scale) scales[scale].close();
  scale = k;
  std::copy_n(x.data(), x.shape().count(), objective().picture().data());
  steps_at_scale = 0;
  scale_done = false;
  optimiser.reset();
}

void Stylizer::State::prepare() {
  if (scale + 1 == scales.size()) start = Tensor<float>();
  average.reset();
  best = Tensor<float>();
  before = Tensor<float>();
  const Index count = scales[scale].count();
  objective().prepare();
  best = picture();
  before = picture();
  best_loss = std::numeric_limits<double>::infinity();
  flat = FlatStop(options.stop_when_flat);
  if (options.average > 0) average.emplace(options.average, count, context);
  optimiser = make_optimiser<float>(affordable(), count, context);
}

Tensor<float> Stylizer::State::picture() const {
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
    const std::span<const float> now = objective().picture();
    std::copy(now.begin(), now.end(), best.data());
  }
  return losses.total;
}

void Stylizer::State::diverge() {
  std::copy_n(best.data(), best.shape().count(), objective().picture().begin());
  average.reset();
  fail(ErrorCode::diverged, "the loss or its gradient left the range of numbers at step ", steps_done + 1, " of ",
       steps_planned, "; lower ", options.optimiser == OptimiserKind::adam ? "the learning rate or " : "",
       "the weights of the losses");
}

OptimiserStep Stylizer::State::move() {
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
  const PaintingSize next = scales[scale + 1].size();
  enter(scale + 1, start_after(picture(), start, next.height, next.width, context));
}

}  // namespace impasto::IMPASTO_ABI
