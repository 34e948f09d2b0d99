// What a painting minimises: content, style and smoothness of one picture, recorded on a tape. docs/MATH.md, "Losses".
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "autodiff/tape.h"
#include "impasto/options.h"
#include "impasto/stylise.h"
#include "model/vgg19.h"
#include "style/scene.h"

namespace impasto::IMPASTO_ABI {

/// Thread safety: one thread at a time.
template <class T>
class Objective {
 public:
  /// Computes the targets, records the loss and plans; nothing of scene and
  /// options is needed later. The tape reads the network's weights, which must outlive it. Errors as Vgg19::read's;
  /// Error(input) when all is protected, or a region is too small for every style layer. `watched`: layers
  /// (vgg19_layers()) whose maps stand on the tape, though no loss may read them.
  Objective(const Vgg19<T>& network, const NetworkWeights& weights, const Options& options, const Scene<T>& scene,
            const Context& context, const std::vector<std::size_t>& watched = {});

  /// Takes the memory that evaluations need. Throws Error(io) when it does not suffice.
  void prepare() { tape_.prepare(); }
  /// The picture being optimised: same shape as the content, zero at first; write it before `evaluate`.
  std::span<T> picture() { return tape_.value(picture_); }
  /// The painting as it was at the last `evaluate`: the picture, with protected places from the original.
  std::span<const T> painted() { return tape_.value(painted_); }
  /// Losses at the current picture, and their gradient.
  Losses evaluate();
  std::span<const T> gradient() const { return tape_.gradient(picture_); }
  /// The parts of the last evaluation's content and style, layer by layer from the picture up.
  std::vector<LayerLoss> layer_losses();
  /// Tape::set_profiling and Tape::profile of an evaluation's ops.
  void set_profiling(bool on) { tape_.set_profiling(on); }
  std::vector<OpProfile> profile() const { return tape_.profile(); }
  /// What is replayed, to be observed; its nodes are the objective's own.
  Tape<T>& tape() { return tape_; }
  /// The maps of the watched layers, in their order.
  const std::vector<Id>& watched() const { return watched_; }
  /// Bytes one evaluation needs beside picture and gradient.
  std::size_t planned_bytes() { return tape_.plan().arena_bytes; }

 private:
  struct Term {
    LayerLoss layer;
    Id id;
  };

  void record_picture(const Scene<T>& scene);
  Id record_content(const Options& options, std::size_t layer, Id map);
  void record_smoothness(const Options& options, const Scene<T>& scene);
  void add_term(bool style, const std::string& layer, Id term, Id& sum);
  Id hold(Tensor<T> values, const std::string& name);

  std::vector<Tensor<T>> content_targets_, constants_;  // borrowed by the tape
  Tape<T> tape_;
  std::vector<Term> terms_;
  std::vector<Id> watched_;
  Id picture_, painted_, total_, content_, style_, tv_;
};

extern template class Objective<float>;
extern template class Objective<double>;

}  // namespace impasto::IMPASTO_ABI
