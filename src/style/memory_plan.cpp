#include "style/memory_plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "autodiff/tape.h"
#include "base/buffer.h"
#include "base/check.h"
#include "base/machine.h"
#include "base/sizes.h"
#include "model/vgg.h"
#include "model/window.h"
#include "optimise/lbfgs.h"
#include "optimise/optimiser.h"
#include "style/loss.h"
#include "style/scales.h"
#include "style/statistics.h"
#include "style/targets.h"

namespace impasto::IMPASTO_ABI {
namespace {

// What is tried in turn where a painting as a whole does not fit: of smaller regions more is halo, and to compute the
// content's maps again takes a fifth to a third longer.
struct Way {
  int region_size;
  bool keeps_content;
};
constexpr Way kWays[] = {{0, true}, {0, false}, {1024, true}, {1024, false}, {512, false}, {256, false}};
// Shares of an evaluation that it takes to go forward again, and to compute the content's maps (docs/PERFORMANCE.md).
constexpr double kForwardAgain = 0.5, kContentAgain = 0.25;
// Pairs beyond which L-BFGS gains little (docs/PERFORMANCE.md).
constexpr int kEnoughPairs = 10;

Shape shape_of(PaintingSize size) { return {size.height, size.width, 3}; }

std::uint64_t picture_bytes(PaintingSize size) {
  return sizeof(float) * 3 * static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
}

View<const float> nowhere(const Shape& shape) { return {nullptr, shape}; }

std::uint64_t bytes_of(const Tape<float>& tape, Id id) {
  return id.index < 0 ? 0 : aligned_bytes(sizeof(float) * static_cast<std::size_t>(tape.shape(id).count()));
}

// A tape's memory, and what is kept beside it: maps that are read off it, or targets that it compares with, those of
// the styles apart, for all windows share them.
struct TapeBytes {
  std::uint64_t arena = 0, kept = 0, picture = 0, targets = 0;
};

// Of all windows of a picture.
struct WindowsBytes {
  std::size_t windows = 0;
  std::uint64_t largest = 0;  // memory of one
  std::uint64_t all = 0;      // of all of them
  std::uint64_t kept = 0, targets = 0, head = 0;
  double halo = 1;  // pixels of all windows, halos included, beside the picture's
};

class MemoryPlanner {
 public:
  MemoryPlanner(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context)
      : pictures_(pictures),
        options_(options),
        network_(weights.network()),
        context_(context),
        is_guided_(!pictures.content_mask.empty()),
        sizes_(painting_sizes(pictures.content, options)) {
    guide_.regions.resize(is_guided_ ? 2 : 1);  // of a grey mask; colours have more, which matter little
    compared_ = std::make_unique<Compared<float>>(network_, *weights.network(), options_, guide_,
                                                  !is_guided_ && pictures.protect.empty());
    shares_.assign(guide_.regions.size(), 1.0);
    for (const PaintingSize& size : sizes_) {
      check_size(*compared_, shape_of(size));
      for (const StylePicture& style : pictures.styles) check_style_size(*compared_, shape_of(style_at(style, size)));
    }
  }

  MemoryPlan plan(Way way, std::uint64_t budget) const;

 private:
  using Key = std::tuple<Index, Index, Index, Index, Index, Index>;

  PaintingSize style_at(const StylePicture& style, PaintingSize size) const {
    return style_size(style.image, options_, size, painting_size(pictures_.content, options_));
  }
  bool keeps_original() const { return !pictures_.protect.empty() || options_.colour == ColourMode::content_luminance; }
  std::uint64_t scene_bytes(PaintingSize size) const {
    std::uint64_t bytes = (keeps_original() ? 2 : 1) * picture_bytes(size);  // content, and its own colours
    for (const StylePicture& style : pictures_.styles) bytes += picture_bytes(style_at(style, size));
    return bytes;
  }
  std::uint64_t optimiser(PaintingSize size) const {
    Options least = options_;
    least.lbfgs.history = 1;
    return optimiser_bytes<float>(least, shape_of(size));
  }
  // Of masks: an index and a weight for every position of every style layer.
  std::uint64_t weights_bytes(PaintingSize size) const {
    if (compared_->reads_gram) return 0;
    std::uint64_t positions = 0;
    for (const std::size_t layer : compared_->style)
      positions += picture_bytes(size) / (3 * sizeof(float)) >> (2 * halvings(layer));
    return positions * (sizeof(Index) + sizeof(double));
  }

  WindowParts<float> parts_of(const Window& window, const Shape& whole, Id painted) const {
    return {.window = window, .whole = whole, .painted = painted, .regions = everywhere_, .shares = shares_};
  }
  template <class Plan>
  WindowsBytes over_windows(const std::vector<Window>& windows, Plan plan_one) const;
  TapeBytes reading_content(const Window& window) const;
  TapeBytes reading_style(const Window& window) const;
  TapeBytes evaluation(const Window& window, const Shape& whole, bool is_alone, bool keeps_content) const;
  std::uint64_t head(const Window& window, const Shape& whole) const;
  std::uint64_t styles_arena(PaintingSize size, int side) const;

  const Pictures& pictures_;
  Options options_;
  Vgg<float> network_;
  const Context& context_;
  bool is_guided_;
  std::vector<PaintingSize> sizes_;
  Guide guide_;
  std::unique_ptr<Compared<float>> compared_;
  std::vector<std::vector<Placement>> everywhere_;  // masks, which planning leaves out
  std::vector<double> shares_;
};

// Windows of one kind need the same.
template <class Plan>
WindowsBytes MemoryPlanner::over_windows(const std::vector<Window>& windows, Plan plan_one) const {
  std::map<Key, TapeBytes> known;
  WindowsBytes bytes{.windows = windows.size(), .halo = 0};
  const Window& end = windows.back();
  const double pixels = static_cast<double>(end.core.bottom() * end.core.right());
  for (const Window& w : windows) {
    bytes.halo += static_cast<double>(w.area.count()) / pixels;
    const Key key{w.area.height, w.area.width, w.core.top - w.area.top, w.core.left - w.area.left,
                  w.core.height, w.core.width};
    const auto at = known.find(key);
    const TapeBytes one = at != known.end() ? at->second : known.emplace(key, plan_one(w)).first->second;
    bytes.largest = std::max(bytes.largest, one.arena + one.picture);
    bytes.all += one.arena + one.picture;
    bytes.kept += one.kept;
    bytes.targets = one.targets;
  }
  return bytes;
}

TapeBytes MemoryPlanner::reading_content(const Window& window) const {
  Tape<float> tape(context_);
  const Shape shape{window.area.height, window.area.width, 3};
  const ContentMaps ids = record_content_maps(tape, *compared_, window, tape.constant(nowhere(shape)), true);
  std::uint64_t kept = 0;
  for (const Id id : ids.targets) tape.keep(id);
  for (const Id id : ids.targets) kept += bytes_of(tape, id);
  return {.arena = tape.plan().arena_bytes, .kept = kept};
}

TapeBytes MemoryPlanner::reading_style(const Window& window) const {
  Tape<float> tape(context_);
  std::vector<FeatureRequest> requests;
  for (const std::size_t layer : compared_->style) requests.push_back({layer, !is_guided_, compared_->has_means()});
  const Id picture = tape.constant(nowhere({window.area.height, window.area.width, 3}));
  network_.read(tape, picture, requests, compared_->how_at(window), [&](std::size_t, Id value, Index, Id sums) {
    for (const Id id : {value, sums.index < 0 ? value : sums}) tape.keep(id);
  });
  return {.arena = tape.plan().arena_bytes};
}

// A window's tape, to the loss where it `is_alone`, else to what is added up.
TapeBytes MemoryPlanner::evaluation(const Window& window, const Shape& whole, bool is_alone, bool keeps_content) const {
  Tape<float> tape(context_);
  const Shape shape{window.area.height, window.area.width, 3};
  const Id picture = tape.unstored_variable(shape);
  TapeBytes bytes{.picture = is_alone ? 0 : bytes_of(tape, picture)};
  Id painted = picture;
  if (!pictures_.protect.empty()) {
    const Id original = tape.constant(nowhere(shape)), mask = tape.constant(nowhere({shape[0], shape[1]}));
    painted = blend(tape, picture, original, mask);
    tape.keep(painted);
    bytes.kept += bytes_of(tape, original) + bytes_of(tape, mask);
  }
  WindowParts<float> parts = parts_of(window, whole, painted);
  if (!keeps_content) {
    const Id content = tape.constant(nowhere(shape));
    parts.content = record_content_maps(tape, *compared_, window, content, false).targets;
    bytes.kept += bytes_of(tape, content);
  }
  const WindowStatistics found = record_window(tape, *compared_, parts);
  for (const std::vector<MomentIds>& layer : found.style) {
    for (const MomentIds& region : layer) bytes.targets += bytes_of(tape, region.gram) + bytes_of(tape, region.sum);
  }
  if (is_alone) {
    std::vector<Tensor<float>> none;
    record_loss(tape, *compared_, found, whole, nullptr, shares_, none);
  } else {
    std::vector<Id> outputs = found.addends();
    outputs.erase(std::remove(outputs.begin(), outputs.end(), Id{}), outputs.end());
    tape.set_outputs(outputs);
  }
  bytes.arena = tape.plan().arena_bytes;
  return bytes;
}

// The tape of several windows' sums, and the sums in double.
std::uint64_t MemoryPlanner::head(const Window& window, const Shape& whole) const {
  Tape<float> tape(context_), head(context_);
  const Id picture = tape.unstored_variable({window.area.height, window.area.width, 3});
  WindowStatistics sums = record_window(tape, *compared_, parts_of(window, whole, picture));
  std::uint64_t bytes = 0;
  std::vector<Id> variables;
  for (const Id id : sums.addends()) {
    bytes += 3 * bytes_of(tape, id);  // once as they are, twice as wide
    variables.push_back(id.index < 0 ? id : head.unstored_variable(tape.shape(id)));
  }
  sums.set_addends(variables);
  std::vector<Tensor<float>> none;
  record_loss(head, *compared_, sums, whole, nullptr, shares_, none);
  return bytes + head.plan().arena_bytes;
}

std::uint64_t MemoryPlanner::styles_arena(PaintingSize size, int side) const {
  std::uint64_t most = 0;
  if (compared_->style.empty()) return most;
  const std::size_t deepest = *std::max_element(compared_->style.begin(), compared_->style.end());
  for (const StylePicture& style : pictures_.styles) {
    const PaintingSize own = style_at(style, size);
    const auto windows = make_windows(own.height, own.width, side, deepest, compared_->architecture);
    const auto arena = over_windows(windows, [&](const Window& w) { return reading_style(w); }).largest;
    most = std::max(most, arena + (windows.size() > 1 ? picture_bytes(own) / windows.size() : 0));
  }
  return most;
}

// Of several windows as many are kept as the budget allows beside the history that it allows.
MemoryPlan MemoryPlanner::plan(Way way, std::uint64_t budget) const {
  MemoryPlan plan{.region_size = way.region_size, .keeps_content = way.keeps_content};
  const PaintingSize full = sizes_.back();
  std::uint64_t later = 0;  // scenes of scales to come
  WindowsBytes last;
  for (const PaintingSize size : sizes_) later += scene_bytes(size);
  for (const PaintingSize size : sizes_) {
    const bool is_last = size.width == full.width && size.height == full.height;
    const auto windows =
        make_windows(size.height, size.width, way.region_size, compared_->deepest(), compared_->architecture);
    const bool is_alone = windows.size() == 1;
    const std::uint64_t picture = picture_bytes(size), start = is_last ? 0 : picture_bytes(full);
    const WindowsBytes content = over_windows(windows, [&](const Window& w) { return reading_content(w); });
    plan.targets = std::max(plan.targets, later + start + picture + (way.keeps_content ? content.kept : 0) +
                                              std::max(content.largest + (is_alone ? 0 : picture / windows.size()),
                                                       styles_arena(size, way.region_size)));
    later -= scene_bytes(size);
    last = over_windows(windows,
                        [&](const Window& w) { return evaluation(w, shape_of(size), is_alone, way.keeps_content); });
    if (way.keeps_content) last.kept += content.kept;
    last.head = is_alone ? 0 : head(windows.front(), shape_of(size));
    // The picture, its gradient (of one window in the arena), Adam's best one and the one before, the average.
    const std::uint64_t pictures =
        1 + (is_alone ? 0 : 1) + (options_.optimiser == OptimiserKind::adam ? 2 : 0) + (options_.average > 0 ? 1 : 0);
    const std::uint64_t fixed = later + start + (keeps_original() ? picture : 0) + last.kept + last.targets +
                                weights_bytes(size) + last.head + pictures * picture + optimiser(size) +
                                3 * picture;  // three for looking at it
    plan.painting = std::max(plan.painting, fixed + (is_alone ? last.all : last.largest));
  }
  plan.windows = last.windows;
  plan.arena = last.head + (last.windows == 1 ? last.all : last.largest);
  plan.kept = plan.windows == 1 ? 1 : 0;
  const std::uint64_t beside = plan.least();
  std::uint64_t left = budget - std::min(budget, beside);
  if (options_.optimiser == OptimiserKind::lbfgs) {
    const std::uint64_t one = optimiser(full);
    plan.history = std::max(1, history_that_fits(options_.lbfgs, shape_of(full), left + one));
    Options longest = options_;
    longest.lbfgs.history = plan.history;
    plan.pairs = optimiser_bytes<float>(longest, shape_of(full)) - one;
    left -= std::min(left, plan.pairs);
  }
  if (!way.keeps_content) plan.work *= 1 + kContentAgain;
  if (plan.windows == 1) return plan;
  const std::uint64_t each = last.all / last.windows + 1;
  plan.kept = static_cast<std::size_t>(std::min<std::uint64_t>(left / each, plan.windows));
  plan.arena += plan.kept * each;
  plan.painting += plan.kept * each;
  const double twice = 1 - static_cast<double>(plan.kept) / static_cast<double>(plan.windows);
  plan.work *= last.halo * (1 + kForwardAgain * twice);
  return plan;
}

// The best of several ways (see plan_memory). Regions whose maps have more numbers than a tensor can (where a size has
// 32 bits) are no way; smaller ones may be.
MemoryPlan best_plan(const MemoryPlanner& planner, const std::vector<Way>& ways, int enough, std::uint64_t budget) {
  MemoryPlan best;
  bool is_found = false;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    MemoryPlan plan;
    try {
      plan = planner.plan(ways[i], budget);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::input && (is_found || i + 1 < ways.size())) continue;
      throw;
    }
    const bool fits = plan.least() <= budget, best_fits = is_found && best.least() <= budget;
    if (!is_found || (fits && !best_fits) || (fits && plan.history > best.history) ||
        (!best_fits && plan.least() < best.least()))
      best = plan;
    is_found = true;
    if (fits && plan.history >= enough) break;
  }
  return best;
}

}  // namespace

MemoryPlan plan_memory(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context,
                       std::uint64_t budget) {
  if (options.region_size > 0 || options.normalise_gradients)
    return plan_regions(pictures, weights, options, context, options.region_size, budget);
  const MemoryPlanner planner(pictures, weights, options, context);
  const int enough = options.optimiser == OptimiserKind::lbfgs ? std::min(options.lbfgs.history, kEnoughPairs) : 0;
  const PaintingSize full = painting_size(pictures.content, options);
  std::vector<Way> ways;
  for (const Way way : kWays) {
    if (way.region_size < std::max(full.width, full.height)) ways.push_back(way);
  }
  return best_plan(planner, ways, enough, budget);
}

MemoryPlan plan_regions(const Pictures& pictures, const Weights& weights, const Options& options,
                        const Context& context, int region_size, std::uint64_t budget) {
  const MemoryPlanner planner(pictures, weights, options, context);
  return best_plan(planner, {{region_size, true}, {region_size, false}}, 0, budget);
}

std::uint64_t memory_budget(const Context& context) {
  const std::uint64_t free = std::uint64_t{free_memory_bytes()} / 5 * 4, limit = context.memory_limit();
  return limit == 0 ? free : std::min(free, limit - std::min<std::uint64_t>(limit, context.memory_held()));
}

}  // namespace impasto::IMPASTO_ABI
