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
  /// `closed`: as after close().
  PaintingScale(const Vgg19<float>& network, const NetworkWeights& weights, const Options& options, Scene<float> scene,
                const Context& context, bool closed = false);

  PaintingSize size() const { return {static_cast<int>(original_.shape()[1]), static_cast<int>(original_.shape()[0])}; }
  Index count() const { return original_.shape().count(); }
  Objective<float>& objective() const { return *objective_; }
  /// Frees what the optimisation needed; finish() still works.
  void close() { objective_.reset(); }
  /// H x W x 3 as optimised -> protected places as the original, colours as options.colour wants, 0..1, and the
  /// content's alpha with the straight colours that on white look so.
  Image finish(Tensor<float> x, const Options& options, const Context& context) const;

 private:
  std::unique_ptr<Objective<float>> objective_;
  Tensor<float> original_;  // H x W x 3, the content's own colours
  Tensor<float> protect_;   // H x W, or empty
  Image clear_;             // the content with its alpha, or empty
};

}  // namespace impasto::IMPASTO_ABI
