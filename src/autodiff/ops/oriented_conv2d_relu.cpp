// a_l = relu(b_l + own taps of a_(l-1) - inhibition * binomial of its siblings), l = 1..n
// y = a_n, or its 2 x 2 means
// d_n = dy where a_n > 0     d_(l-1) = the adjoint of layer l, applied to d_l, where a_(l-1) > 0     dx = d_0
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "kernel/oriented/oriented_chain.h"

namespace impasto::IMPASTO_ABI {

OrientedIds oriented_conv2d_relu(Tape<float>& tape, Id x, std::span<const OrientedLayer> layers, Pooling pool,
                                 const std::vector<Index>& moments, const std::optional<Area>& core) {
  const Shape xs = tape.shape(x);
  require(xs.rank() == 3 && xs[2] == layers[0].inputs, ErrorCode::input, "oriented_conv2d_relu: got ", xs,
          ", wanted a map H x W x ", layers[0].inputs);
  require(pool == Pooling::none || (xs[0] >= 2 && xs[1] >= 2), ErrorCode::input, "oriented_conv2d_relu: a map of ", xs,
          " is too small for windows of 2 x 2");
  const auto chain =
      std::make_shared<const OrientedChain>(tape.context(), layers, xs, pool, moments, core.value_or(whole_area(xs)));
  const int count = static_cast<int>(moments.size());
  const auto forward = [=](const OpBuffers<float>& r) {
    OrientedChain::Moments values[kMostLayers];
    for (int k = 0; k < count; ++k) values[k] = {r.out(1 + 2 * k), r.out(2 + 2 * k)};
    chain->forward(r.context(), r.in(0), r.out(), values, r.scratch());
  };
  const auto backward = [=](const OpBuffers<float>& r) {
    OrientedChain::MomentGradients gradients[kMostLayers];
    for (int k = 0; k < count; ++k) gradients[k] = {r.dout(1 + 2 * k), r.dout(2 + 2 * k)};
    chain->backward(r.context(), r.in(0), r.dout(), gradients, r.din(0), r.accumulates(0), r.scratch());
  };
  std::vector<Shape> more;
  for (const Index l : moments) {
    const Index C = layers[static_cast<std::size_t>(l - 1)].channels;
    more.insert(more.end(), {Shape{C, C}, Shape{C}});
  }
  OrientedIds ids;
  ids.y = tape.record({.name = "oriented_conv2d_relu",
                       .inputs = {x},
                       .shape = chain->output(),
                       .forward = forward,
                       .backward = backward,
                       .more_shapes = more,
                       .saves_inputs = {true},
                       .forward_scratch = chain->forward_scratch(tape.context()),
                       .backward_scratch = chain->backward_scratch(tape.context())});
  for (int k = 0; k < count; ++k) {
    ids.grams.push_back(tape.output(ids.y, 1 + 2 * k));
    ids.sums.push_back(tape.output(ids.y, 2 + 2 * k));
  }
  return ids;
}

}  // namespace impasto::IMPASTO_ABI
