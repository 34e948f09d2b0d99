// How much memory a painting will take, from tapes that are planned over the sizes of its pictures and never replayed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "autodiff/tape.h"
#include "base/buffer.h"
#include "base/check.h"
#include "base/machine.h"
#include "base/sizes.h"
#include "impasto/stylise.h"
#include "model/vgg19.h"
#include "optimise/lbfgs.h"
#include "optimise/optimiser.h"
#include "style/feature_requests.h"
#include "style/scales.h"

namespace impasto::IMPASTO_ABI {
namespace {

Shape shape_of(PaintingSize size) { return {size.height, size.width, 3}; }

std::uint64_t picture_bytes(PaintingSize size) {
  return sizeof(float) * 3 * static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
}

View<const float> nowhere(const Shape& shape) { return {nullptr, shape}; }

// Of a tape, and of what is kept beside it: maps that are read off it, or targets that it compares with.
struct TapeBytes {
  std::uint64_t arena = 0;
  std::uint64_t kept = 0;
};

class Estimate {
 public:
  Estimate(const Pictures& pictures, const Weights& weights, const Options& options, const Context& context)
      : pictures_(pictures), options_(options), network_(weights.network()), context_(context) {
    const NetworkWeights& made_for = *weights.network();
    how_ = {options.pooling.value_or(made_for.pooling), options.padding.value_or(made_for.padding),
            options.preprocess == Preprocess::literal};
    is_guided_ = !pictures.content_mask.empty();
  }

  MemoryEstimate of_all() const {
    std::uint64_t held = 0, targets = 0, painting = 0, arena = 0;  // held: of coarser scales, until they are painted
    const std::vector<PaintingSize> sizes = painting_sizes(pictures_.content, options_);
    for (const PaintingSize size : sizes) {
      const std::uint64_t scene = scene_bytes(size);
      const TapeBytes content = reading(size, requests_of(options_.content_layers, false));
      targets = std::max(
          {targets, held + scene + content.arena + content.kept, held + scene + content.kept + styles_arena(size)});
      // The picture as it is optimised, the content's own colours, and what the losses compare with.
      const TapeBytes evaluated = evaluation(size);
      arena = evaluated.arena;
      held += 2 * picture_bytes(size) + evaluated.kept + weights_bytes(size);
      painting = std::max(painting, held + evaluated.arena + 4 * picture_bytes(size) + optimiser(size));
    }
    painting += 3 * picture_bytes(sizes.back());  // the finished one: its values, as an image, and what is resized
    MemoryEstimate all{.targets = saturated(targets), .painting = saturated(painting), .arena = saturated(arena)};
    if (options_.optimiser == OptimiserKind::lbfgs) add_history(sizes.back(), all);
    return all;
  }

 private:
  void add_history(PaintingSize size, MemoryEstimate& all) const {
    const Index count = shape_of(size).count();
    const std::uint64_t beside = all.arena + 4 * picture_bytes(size);
    std::uint64_t budget = optimiser_budget(free_memory_bytes(), beside);
    if (const std::size_t limit = context_.memory_limit(); limit > 0) {
      const std::uint64_t left = limit - std::min<std::uint64_t>(limit, all.painting);
      budget = std::min(budget, left + optimiser(size));
    }
    all.history = std::max(1, history_that_fits(options_.lbfgs, count, budget));
    Options kept = options_;
    kept.lbfgs.history = all.history;
    all.pairs = saturated(optimiser_bytes<float>(kept, count) - optimiser(size));
  }

  bool reads_gram() const { return !options_.normalise_gradients && !is_guided_ && pictures_.protect.empty(); }
  bool has_means() const { return options_.statistic != StyleStatistic::gram; }

  std::uint64_t scene_bytes(PaintingSize size) const {
    std::uint64_t bytes = 3 * picture_bytes(size);  // content, original, start
    for (const StylePicture& style : pictures_.styles) bytes += picture_bytes(style_at(style, size));
    return bytes;
  }
  PaintingSize style_at(const StylePicture& style, PaintingSize size) const {
    return style_size(style.image, options_, size, painting_size(pictures_.content, options_));
  }
  std::uint64_t styles_arena(PaintingSize size) const {
    std::uint64_t most = 0;
    for (const StylePicture& style : pictures_.styles) {
      const auto requests = requests_of(options_.style_layers, !is_guided_, has_means());
      most = std::max(most, reading(style_at(style, size), requests).arena);
    }
    return most;
  }
  std::uint64_t optimiser(PaintingSize size) const {
    Options least = options_;
    least.lbfgs.history = 1;
    return optimiser_bytes<float>(least, shape_of(size).count());
  }
  // Of regions, or of what is not protected: an index and a weight for every position of every style layer.
  std::uint64_t weights_bytes(PaintingSize size) const {
    if (!is_guided_ && pictures_.protect.empty()) return 0;
    std::uint64_t positions = 0;
    for (const LayerWeight& layer : options_.style_layers) {
      const int halvings = 2 * (vgg19_layers()[find_layer(layer.layer)].block - 1);
      positions += picture_bytes(size) / (3 * sizeof(float)) >> halvings;
    }
    return positions * (sizeof(Index) + sizeof(double));
  }

  TapeBytes reading(PaintingSize size, const std::vector<FeatureRequest>& requests) const {
    Tape<float> tape(context_);
    TapeBytes bytes;
    const auto keep = [&](Id id) {
      if (id.index < 0) return;
      tape.keep(id);
      bytes.kept += sizeof(float) * static_cast<std::uint64_t>(tape.shape(id).count());
    };
    network_.read(tape, tape.constant(nowhere(shape_of(size))), requests, how_,
                  [&](std::size_t, Id value, Index, Id sums) {
                    keep(value);
                    keep(sums);
                  });
    bytes.arena = tape.plan().arena_bytes;
    return bytes;
  }

  TapeBytes evaluation(PaintingSize size) const {
    Tape<float> tape(context_);
    TapeBytes bytes;
    const Shape shape = shape_of(size);
    const Shape mask{size.height, size.width};
    const Id picture = tape.unstored_variable(shape);
    const Id painted = pictures_.protect.empty()
                           ? picture
                           : blend(tape, picture, tape.constant(nowhere(shape)), tape.constant(nowhere(mask)));
    Id total;
    const auto add_term = [&](Id term) { total = total.index < 0 ? term : add(tape, total, term); };
    const std::uint64_t regions = is_guided_ ? 2 : 1;  // of a grey mask; colours have more, which matter little
    const auto compare = [&](Id value) {
      bytes.kept += regions * aligned_bytes(sizeof(float) * static_cast<std::size_t>(tape.shape(value).count()));
      add_term(squared_error(tape, value, tape.constant(nowhere(tape.shape(value))), 1.0F,
                             options_.normalise_gradients ? 1.0F : 0.0F));
    };
    std::vector<FeatureRequest> requests = requests_of(options_.content_layers, false);
    const std::size_t contents = requests.size();
    for (const FeatureRequest& one : requests_of(options_.style_layers, reads_gram(), has_means()))
      requests.push_back(one);
    network_.read(tape, painted, requests, how_, [&](std::size_t k, Id value, Index positions, Id sums) {
      if (k < contents) return compare(value);
      MomentIds moments{value, sums};
      if (!reads_gram()) moments = channel_moments(tape, value, {has_means(), nullptr, 0});
      if (!has_means()) return compare(moments.gram);
      const CovarianceIds both = covariance(tape, moments.gram, moments.sum, static_cast<double>(positions));
      compare(both.covariance);
      if (options_.statistic == StyleStatistic::mean_covariance) compare(both.mean);
    });
    if (options_.tv_weight != 0) add_term(total_variation(tape, painted, 1.0F));
    tape.set_loss(total);
    bytes.arena = tape.plan().arena_bytes;
    return bytes;
  }

  const Pictures& pictures_;
  const Options& options_;
  Vgg19<float> network_;
  NetworkOptions how_;
  const Context& context_;
  bool is_guided_ = false;
};

}  // namespace

MemoryEstimate estimate_memory(const Pictures& pictures, const Weights& weights, const Options& options,
                               const Context& context) {
  validate(options, weights);
  return with_memory_error("planning the painting",
                           [&] { return Estimate(pictures, weights, options, context).of_all(); });
}

std::size_t available_memory() { return free_memory_bytes(true); }

}  // namespace impasto::IMPASTO_ABI
