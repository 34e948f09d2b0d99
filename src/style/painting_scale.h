// One scale of a painting: what it minimises there, and how its picture becomes one to look at.
#pragma once

#include <memory>

#include "impasto/stylise.h"
#include "style/objective.h"
#include "style/scene.h"

namespace impasto::IMPASTO_ABI {

/// The pictures at one of the painting's sizes, colours prepared. `guide` is borrowed.
Scene<float> make_scene(const Pictures& pictures, const Guide& guide, const Options& options, PaintingSize size,
                        const Context& context);

/// Thread safety: one thread at a time.
class PaintingScale {
 public:
  explicit PaintingScale(Scene<float> scene);

  PaintingSize size() const { return {static_cast<int>(shape_[1]), static_cast<int>(shape_[0])}; }
  const Shape& shape() const { return shape_; }
  /// Measures the targets, and frees the pictures they are of. `keeps_content`: as Objective's. When it fails, nothing
  /// has changed.
  void open(const Vgg<float>& network, const NetworkWeights& weights, const Options& options, bool keeps_content,
            const Context& context);
  bool is_open() const { return objective_ != nullptr; }
  /// While it is open.
  Objective<float>& objective() const { return *objective_; }
  /// Frees what the optimisation needed; finish() still works.
  void close() { objective_.reset(); }
  /// H x W x 3 as optimised -> protected places as the original, colours as options.colour wants, 0..1, and the
  /// content's alpha with the straight colours that on white look so.
  Image finish(Tensor<float> x, const Options& options, const Context& context) const;

 private:
  Shape shape_;
  Scene<float>
      scene_;  // once it was opened, what a finished picture shows of it: the original, if at all, and its alpha
  std::unique_ptr<Objective<float>> objective_;
  Tensor<float> protect_;  // H x W, or empty
};

}  // namespace impasto::IMPASTO_ABI
