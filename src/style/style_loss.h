// The style's part of what a painting minimises: statistics of features, by layer and region, against those of the
// styles. docs/MATH.md, "Losses" and "Regions".
#pragma once

#include <cstddef>
#include <vector>

#include "autodiff/tape.h"
#include "impasto/options.h"
#include "model/vgg19.h"
#include "style/scene.h"

namespace impasto::IMPASTO_ABI {

/// Thread safety: one thread at a time.
template <class T>
class StyleLoss {
 public:
  /// Runs the network over every style and keeps its statistics. What is referred to must outlive the recording,
  /// `constants`, which the targets are added to, the tape.
  StyleLoss(const Vgg19<T>& network, const NetworkOptions& how, const Options& options, const Scene<T>& scene,
            const Guide& guide, std::vector<Tensor<T>>& constants, const Context& context);

  /// What the painting's loss reads of the network at every style layer.
  bool reads_gram() const { return reads_gram_; }
  /// Records the loss of a style layer, whose map or Gram matrix is `value`; `sums` of its channels where the statistic
  /// has means and `value` is a Gram matrix. `M`: the positions of the painting. No id if every region is too small for
  /// the layer.
  Id record(Tape<T>& tape, std::size_t layer, Id value, Id sums, Index positions, Index M);
  /// Throws Error(input) if a region was too small for every layer.
  void check_regions() const;

 private:
  /// Per position, of all styles together.
  struct Target {
    std::vector<double> matrix, mean;
    bool exists() const { return !matrix.empty(); }
  };
  struct Measured;

  void measure(const Vgg19<T>& network, const NetworkOptions& how, std::size_t style, const Context& context,
               std::vector<Measured>& found);
  void record_region(Tape<T>& tape, std::size_t layer, std::size_t region, Id value, Id sums, Index positions,
                     double weight, double tutorial, Id& sum);
  Id against(Tape<T>& tape, Id value, const std::vector<double>& target, double scale, double factor);

  const Options& options_;
  const Scene<T>& scene_;
  const Guide& guide_;
  std::vector<Tensor<T>>& constants_;
  bool reads_gram_;
  std::vector<double> shares_;                // of the regions, of what is painted
  std::vector<std::vector<Target>> targets_;  // by layer and region
  std::vector<bool> used_;                    // by region
};

extern template class StyleLoss<float>;
extern template class StyleLoss<double>;

}  // namespace impasto::IMPASTO_ABI
