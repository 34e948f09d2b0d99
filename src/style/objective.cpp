#include "style/objective.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "style/targets.h"
#include "tensor/cropped.h"

namespace impasto::IMPASTO_ABI {
namespace {

// One region, which every style has everywhere.
Guide unguided(std::size_t styles) {
  Guide guide;
  guide.regions.emplace_back();
  guide.regions.front().styles.resize(styles);
  return guide;
}

// Where the regions that have a target are on the whole picture's maps, by style layer; nothing where masks say
// nothing.
template <class T>
std::vector<std::vector<Placement>> place_regions(const Compared<T>& c, const Scene<T>& scene,
                                                  const std::vector<std::vector<StyleTarget>>& targets) {
  std::vector<std::vector<Placement>> placements;
  if (c.reads_gram) return placements;
  const Shape picture = scene.content.shape();
  for (std::size_t l = 0; l < c.style.size(); ++l) {
    placements.emplace_back();
    for (std::size_t r = 0; r < c.guide.regions.size(); ++r) {
      placements.back().push_back(targets[l][r].exists()
                                      ? place(c.guide.regions[r].content, scene.protect, map_area(picture, c.style[l]))
                                      : Placement{});
    }
  }
  return placements;
}

}  // namespace

template <class T>
Objective<T>::Objective(const Vgg<T>& network, const NetworkWeights& weights, const Options& options,
                        const Scene<T>& scene, const Context& context, const std::vector<std::size_t>& watched,
                        bool keeps_content)
    : context_(context), whole_(scene.content.shape()) {
  const Guide everywhere = unguided(scene.styles.size());
  const Guide& guide = scene.guide == nullptr ? everywhere : *scene.guide;
  Compared<T> compared(network, weights, options, guide, is_plain(scene, guide));
  compared.watched = watched;
  const std::vector<Window> windows =
      make_windows(whole_[0], whole_[1], Index{options.region_size}, compared.deepest(), weights.architecture);
  require(windows.size() == 1 || !options.normalise_gradients, ErrorCode::usage,
          "normalise_gradients measures the gradient of the whole picture, which is painted in ", windows.size(),
          " regions; leave it out, or paint smaller or with more memory");
  const std::vector<double> shares = painted_shares(scene, guide);
  check_regions(scene, guide, compared.style);
  Targets<T> targets = measure_targets(compared, scene, windows, keeps_content, context);
  content_targets_ = std::move(targets.content);
  record_parts(compared, scene, windows, targets, shares);
  kept_ = parts_.size();
  if (parts_.size() == 1) {
    Part& part = *parts_.front();
    loss_ = record_loss(part.tape, compared, part.statistics, whole_, &targets.styles, shares, constants_);
  } else {
    record_head(compared, shares, targets);
  }
  for (const auto& part : parts_) part->tape.plan();
}

template <class T>
void Objective<T>::record_parts(const Compared<T>& compared, const Scene<T>& scene, const std::vector<Window>& windows,
                                const Targets<T>& targets, const std::vector<double>& shares) {
  const auto placements = place_regions(compared, scene, targets.styles);
  Tensor<T> protect, smooth;
  if (!scene.protect.empty()) protect = resize_map(scene.protect, whole_[0], whole_[1]).template as<T>();
  if (compared.options.tv_weight != 0 && !scene.smooth.empty())
    smooth = resize_map(scene.smooth, whole_[0], whole_[1]).template as<T>();
  if (windows.size() > 1) picture_ = Tensor<T>(whole_, T(0), context_);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    parts_.push_back(std::make_unique<Part>(Part{windows[i], Tape<T>(context_), {}, {}, {}, {}, {}}));
    Part& part = *parts_.back();
    record_picture(part, scene, protect);
    WindowParts<T> parts{.window = part.window,
                         .whole = whole_,
                         .painted = part.painted,
                         .content = record_content(part, compared, scene, i),
                         .content_factors = &targets.content_factors,
                         .regions = placements,
                         .shares = shares};
    if (!smooth.empty()) parts.smooth = hold(cropped(smooth, part.window.area, context_), part.tape, "smooth");
    part.statistics = record_window(part.tape, compared, parts);
  }
}

// What window i's content is compared with: maps that were kept, or what the network sees of its pixels.
template <class T>
std::vector<Id> Objective<T>::record_content(Part& part, const Compared<T>& compared, const Scene<T>& scene,
                                             std::size_t i) {
  std::vector<Id> ids;
  if (compared.content.empty()) return ids;
  if (content_targets_.empty()) {
    const Id pixels = hold(cropped(scene.content, part.window.area, context_), part.tape, "content");
    return record_content_maps(part.tape, compared, part.window, pixels, false).targets;
  }
  for (const Tensor<T>& map : content_targets_[i]) {
    const bool by_lanes = compared.sums_errors() && map.shape().rank() == 4;
    ids.push_back(part.tape.constant(map.view(), by_lanes ? kOrientedTarget : "content target"));
  }
  return ids;
}

template <class T>
Id Objective<T>::hold(Tensor<T> values, Tape<T>& tape, const std::string& name) {
  constants_.push_back(std::move(values));
  return tape.constant(constants_.back().view(), name);
}

// The variable, and over it what is protected of the original.
template <class T>
void Objective<T>::record_picture(Part& part, const Scene<T>& scene, const Tensor<T>& protect) {
  const Area& area = part.window.area;
  const Shape shape{area.height, area.width, 3};
  part.picture = part.painted =
      area == whole_area(whole_) ? part.tape.variable(shape, "picture") : part.tape.unstored_variable(shape, "picture");
  if (protect.empty()) return;
  const Tensor<T>& original = scene.original.empty() ? scene.content : scene.original;
  const Id kept = hold(cropped(original, area, context_), part.tape, "original");
  const Id mask = hold(cropped(protect, area, context_), part.tape, "protect");
  part.painted = blend(part.tape, part.picture, kept, mask);
  part.tape.keep(part.painted);
}

template <class T>
void Objective<T>::record_head(const Compared<T>& compared, const std::vector<double>& shares,
                               const Targets<T>& targets) {
  head_ = std::make_unique<Head>(Head{Tape<T>(context_), {}, {}});
  WindowStatistics sums = parts_.front()->statistics;
  std::fill(sums.positions.begin(), sums.positions.end(), 0);
  std::vector<Shape> shapes(sums.addends().size());
  std::vector<bool> exists(shapes.size(), false);
  for (const auto& part : parts_) {
    const std::vector<Id> ids = part->statistics.addends();
    std::vector<Id> outputs;
    for (std::size_t k = 0; k < ids.size(); ++k) {
      if (ids[k].index < 0) continue;
      exists[k] = true;
      shapes[k] = part->tape.shape(ids[k]);
      outputs.push_back(ids[k]);
      part->addends.push_back(k);
    }
    part->tape.set_outputs(outputs);
    for (std::size_t l = 0; l < sums.positions.size(); ++l) sums.positions[l] += part->statistics.positions[l];
  }
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    head_->variables.push_back(exists[k] ? head_->tape.variable(shapes[k], "sum") : Id{});
    head_->sums.emplace_back();
    if (exists[k]) head_->sums.back() = Tensor<double>(shapes[k], context_);
  }
  sums.set_addends(head_->variables);
  loss_ = record_loss(head_->tape, compared, sums, whole_, &targets.styles, shares, constants_);
}

template class Objective<float>;
template class Objective<double>;

}  // namespace impasto::IMPASTO_ABI
