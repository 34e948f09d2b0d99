// A painting in progress: what Stylizer holds and how it goes from scale to scale.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_task.h"
#include "impasto/stylise.h"
#include "model/vgg.h"
#include "optimise/average.h"
#include "optimise/flat_stop.h"
#include "optimise/optimiser.h"
#include "style/checkpoint.h"
#include "style/memory_plan.h"
#include "style/painting_scale.h"
#include "tensor/tensor.h"

namespace impasto::IMPASTO_ABI {

/// Throws Error unless there is a content, and a style with a share.
void check_pictures(const Pictures& pictures);

struct Evaluation {
  Losses losses;
  double gradient_norm = 0;
};

/// Thread safety: one thread at a time.
struct Stylizer::State {
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  Options options;
  Context context;
  std::uint64_t held_before = context.memory_held();  // by others
  Weights weights;
  Vgg<float> network;
  PaintingSize size;
  Image extras;                 // without pixels: the content's metadata
  std::string pictures_digest;  // CheckpointFacts
  mutable std::optional<std::string> known_weights_digest;
  Guide guide;  // of the scales to come
  std::shared_ptr<StyleCache> style_cache;
  std::vector<PaintingScale> scales;
  Tensor<float> start;  // at the painting's size, while a coarser scale is painted
  std::size_t scale = 0;
  MemoryPlan plan;  // whose regions and history `options` and `history` are by now
  int history = 0;
  bool profiling = false;
  Tensor<float>
      entered;  // the picture while no scale is prepared: that this one begins with, or that the last one ended with
  std::unique_ptr<Optimiser<float>> optimiser;  // none until prepare()
  std::optional<IterateAverage<float>> average;
  FlatStop flat{0};
  std::vector<Evaluation> seen;  // of the present step
  Losses first;
  Evaluation last;
  Tensor<float> before;    // the picture before the present step, where the optimiser does not keep it
  double change_norm = 0;  // of the last step
  Tensor<float> best;      // picture of Adam's lowest loss so far at this scale; L-BFGS never leaves its own
  double best_loss = std::numeric_limits<double>::infinity();
  int steps_done = 0, steps_at_scale = 0, steps_planned = 0;
  bool scale_done = false, finished = false;

  State(const Pictures& pictures, const Weights& given, const Options& wanted, const Context& where);
  /// As it was when `saved` was.
  State(const Pictures& pictures, const Weights& given, const ResumeOptions& how, const Context& where,
        CheckpointLoader& saved);

  /// Chooses regions and the length of the history, within what memory holds. Throws Error(io) for what a limit cannot
  /// hold.
  void plan_for(const Pictures& pictures);
  /// The same of the regions and the history that a saved painting has.
  void plan_again(const Pictures& pictures);
  /// The scenes of all scales. Throws Error(input) for regions that are too small at one of them.
  void make_scales(const Pictures& pictures);

  PlannedMemory planned() const;

  Objective<float>& objective() const { return scales[scale].objective(); }

  /// The options with as much history as memory holds.
  Options affordable() const;

  /// Takes up a scale at picture x, for which prepare() takes the memory. What fails there can be tried again.
  void enter(std::size_t k, Tensor<float> x);

  /// Measures the targets and takes what steps at this scale need, once that of the scale before is free; the optimiser
  /// last: it tells that all is there.
  void prepare();

  void save_styles();

  /// The picture of this scale, or the mean of its last ones.
  Tensor<float> picture() const;

  double evaluate();

  [[noreturn]] void diverge();

  OptimiserStep move();

  /// After a step: is this scale done, and with it the painting?
  void judge(const OptimiserStep& taken);

  /// The picture at the painting's size.
  Tensor<float> full_picture() const;

  /// Frees what this scale took, and enters the next.
  void enter_next();

  /// CheckpointFacts. Computed once: 80 MB, and a checkpoint wants it between two steps.
  const std::string& weights_digest() const;
  CheckpointFacts facts(const std::map<std::string, std::string>& notes) const;
  /// All that a step depends on, but for what the constructor makes.
  void visit_state(StateVisitor<float>& visitor);
  /// Throws Error(input) for other pictures or weights, another target or convolution than `saved` was made with.
  void check_same(const CheckpointLoader& saved) const;
  /// With other iterations than before: how many steps are left.
  void plan_steps();
  /// `beside`: by a thread, of a copy, where memory holds that.
  void save(const std::filesystem::path& file, const std::map<std::string, std::string>& notes, bool beside);
  /// Whether there is memory for a copy of so many bytes besides what the painting will still take.
  bool holds_copy(std::uint64_t bytes) const;

  ThreadTask writing;  // of a checkpoint; last: it is waited for before anything goes
};

}  // namespace impasto::IMPASTO_ABI
