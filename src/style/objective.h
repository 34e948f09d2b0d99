// What a painting minimises: content, style and smoothness of one picture, recorded on a tape. docs/MATH.md, "Losses".
#pragma once

#include <memory>
#include <vector>

#include "autodiff/tape.h"
#include "impasto/options.h"
#include "impasto/stylise.h"
#include "model/vgg19.h"

namespace impasto {

/// Content and style pictures are H x W x 3 tensors in normalised units; their sizes may differ.
/// Thread safety: one thread at a time.
template <class T>
class Objective {
 public:
  /// Computes the targets and records the loss. Errors as Vgg19::record's.
  Objective(const Vgg19<T>& network, const NetworkWeights& weights, const Options& options, const Tensor<T>& content,
            const Tensor<T>& style, const Context& context);

  /// The picture being painted: same shape as the content, zero at first; write it before `evaluate`.
  std::span<T> picture() { return tape_.value(picture_); }
  /// Losses at the current picture, and their gradient.
  Losses evaluate();
  std::span<const T> gradient() const { return tape_.gradient(picture_); }
  /// Tape::set_profiling and Tape::profile of an evaluation's ops.
  void set_profiling(bool on) { tape_.set_profiling(on); }
  std::vector<OpProfile> profile() const { return tape_.profile(); }
  /// Bytes one evaluation needs beside picture and gradient.
  std::size_t planned_bytes() { return tape_.plan().arena_bytes; }

 private:
  struct Target {
    Tensor<T> values;
    Index positions;  // H W of the map it was taken from
  };
  struct Recorder;

  Id record_content(const Options& options, std::span<const Id> maps);
  Id record_style(const Options& options, std::span<const Id> maps);

  std::vector<Target> content_targets_, style_targets_;  // borrowed by the tape
  Tape<T> tape_;
  Id picture_, total_, content_, style_, tv_;
};

extern template class Objective<float>;
extern template class Objective<double>;

}  // namespace impasto
