// What a painting minimises: content, style and smoothness of one picture. docs/MATH.md, "Losses".
//
// A picture in one window is one tape, from the pixels to the loss. In several, each window has a tape that ends with
// its statistics, and one more tape, the head, goes from their sums to the loss and back to their gradients, which the
// windows' tapes then carry to the pixels:
//
//   windows forward -> sums, in the order of windows -> head forward and backward -> windows backward, last one first
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "autodiff/tape.h"
#include "impasto/options.h"
#include "impasto/stylise.h"
#include "model/vgg.h"
#include "style/loss.h"
#include "style/scene.h"

namespace impasto::IMPASTO_ABI {

/// Thread safety: one thread at a time.
template <class T>
class Objective {
 public:
  /// Computes the targets, records the loss and plans; nothing of scene and
  /// options is needed later. The tapes read the network's weights, which must outlive it. The picture is cut into
  /// windows of options.region_size. Errors as Vgg::read's; Error(input) when all is protected, or a region is too
  /// small for every style layer; Error(usage) for options that need the picture in one window. `watched`: layers
  /// (vgg_layers()) whose maps stand on the tape, though no loss may read them; of a single window only. Unless
  /// `keeps_content`, the content's maps are computed at every evaluation from its pixels, which takes less memory and
  /// changes no bits.
  Objective(const Vgg<T>& network, const NetworkWeights& weights, const Options& options, const Scene<T>& scene,
            const Context& context, const std::vector<std::size_t>& watched = {}, bool keeps_content = true);

  /// Of how many windows the maps are kept between going forward and going back, all of them at first; those of the
  /// others are computed twice, which changes no bits. Before prepare().
  void keep_windows(std::size_t kept);
  /// Takes the memory that evaluations need. Throws Error(io) when it does not suffice.
  void prepare();
  /// The picture being optimised: same shape as the content, zero at first; write it before `evaluate`.
  std::span<T> picture();
  /// The painting as it was at the last `evaluate`: the picture, with protected places from the original. Of a single
  /// window only.
  std::span<const T> painted() { return tape().value(parts_.front()->painted); }
  /// Losses at the current picture, and their gradient.
  Losses evaluate();
  std::span<const T> gradient() const;
  /// The parts of the last evaluation's content and style, layer by layer from the picture up.
  std::vector<LayerLoss> layer_losses();
  /// Tape::set_profiling and Tape::profile of an evaluation's ops; of several windows, what all of them took together.
  void set_profiling(bool on);
  std::vector<OpProfile> profile() const;
  /// What is replayed, to be observed; its nodes are the objective's own. Of a single window only.
  Tape<T>& tape() { return parts_.front()->tape; }
  /// The maps of the watched layers, in their order.
  const std::vector<Id>& watched() const { return parts_.front()->statistics.watched; }
  std::size_t windows() const { return parts_.size(); }
  /// Bytes one evaluation needs beside picture and gradient where the maps of `kept` windows are kept.
  std::size_t planned_bytes(std::size_t kept);
  std::size_t planned_bytes() { return planned_bytes(kept_); }

 private:
  struct Part {
    Window window;
    Tape<T> tape;
    Id picture, painted;
    WindowStatistics statistics;
    std::vector<std::size_t> addends;  // of the sums, by output of the tape
    Tensor<T> pixels;                  // of a kept one
  };
  /// From the sums of all windows to the loss.
  struct Head {
    Tape<T> tape;
    std::vector<Id> variables;         // by addend; none where no window has it
    std::vector<Tensor<double>> sums;  // of the windows so far
  };

  void record_parts(const Compared<T>& compared, const Scene<T>& scene, const std::vector<Window>& windows,
                    const Targets<T>& targets, const std::vector<double>& shares);
  std::vector<Id> record_content(Part& part, const Compared<T>& compared, const Scene<T>& scene, std::size_t i);
  void record_picture(Part& part, const Scene<T>& scene, const Tensor<T>& protect);
  Id hold(Tensor<T> values, Tape<T>& tape, const std::string& name);
  void record_head(const Compared<T>& compared, const std::vector<double>& shares, const Targets<T>& targets);
  /// What a window's tape takes: bytes of its arena, values of its pixels.
  struct PartMemory {
    std::size_t arena = 0;
    Index pixels = 0;
  };
  PartMemory memory_of(Part& part);
  PartMemory shared_memory(std::size_t kept);
  bool is_kept(std::size_t i) const { return i < kept_; }
  void go_forward(Part& part);
  void add_sums(Part& part);
  void add_gradient(Part& part);
  void evaluate_windows();

  Context context_;
  Shape whole_;
  std::vector<std::vector<Tensor<T>>> content_targets_;
  std::vector<Tensor<T>> constants_;  // borrowed by the tapes, as the targets are
  std::vector<std::unique_ptr<Part>> parts_;
  std::unique_ptr<Head> head_;  // of several windows
  LossIds loss_;                // on the head, or on the only tape
  Tensor<T> picture_, gradient_, shared_pixels_;
  AlignedBytes shared_arena_;
  std::size_t kept_ = 0;
};

extern template class Objective<float>;
extern template class Objective<double>;

}  // namespace impasto::IMPASTO_ABI
