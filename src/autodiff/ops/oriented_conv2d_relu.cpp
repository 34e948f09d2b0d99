// a_l = relu(b_l + own taps of a_(l-1) - inhibition * binomial of its siblings), l = 1..n
// y = a_n, or its 2 x 2 means     and of chosen layers, over the core: G = sum a a^T, s = sum a, e = sum |a - P|^2
// d_n = dy + g_n where a_n > 0     d_(l-1) = g_(l-1) + the adjoint of layer l, applied to d_l, where a_(l-1) > 0
// g_l = (dG + dG^T) a_l + ds + 2 de (a_l - P) on the core, 0 elsewhere     dx = d_0
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "kernel/oriented/oriented_chain.h"

namespace impasto::IMPASTO_ABI {
namespace {

void check_targets(const Tape<float>& tape, std::span<const OrientedLayer> layers, const OrientedWanted& wanted,
                   const Area& core) {
  for (const OrientedWanted::Target& target : wanted.targets) {
    const Shape form = target_shape(layers[static_cast<std::size_t>(target.layer - 1)], core);
    require(tape.shape(target.map) == form && !tape.needs_gradient(target.map), ErrorCode::input,
            "oriented_conv2d_relu: got a target ", tape.shape(target.map), ", wanted one ", form,
            " that takes no gradient");
  }
}

// The values of one op: y, two for each of the moments, one for each target.
struct Values {
  int moments, targets;
  int gram(int k) const { return 1 + 2 * k; }
  int sum(int k) const { return 2 + 2 * k; }
  int error(int k) const { return 1 + 2 * moments + k; }
};

}  // namespace

OrientedIds oriented_conv2d_relu(Tape<float>& tape, Id x, std::span<const OrientedLayer> layers,
                                 const OrientedWanted& wanted) {
  const Shape xs = tape.shape(x);
  const bool by_lanes = is_by_lanes(xs);
  require(by_lanes ? xs[0] == layers[0].input_units : xs.rank() == 3 && xs[2] == layers[0].inputs, ErrorCode::input,
          "oriented_conv2d_relu: got ", xs, ", wanted a map H x W x ", layers[0].inputs);
  const Area whole = by_lanes ? Area{0, 0, xs[1], xs[2] - 2} : whole_area(xs);
  require(wanted.pool == Pooling::none || (whole.height >= 2 && whole.width >= 2), ErrorCode::input,
          "oriented_conv2d_relu: a map of ", xs, " is too small for windows of 2 x 2");
  const Area core = wanted.core.value_or(whole);
  check_targets(tape, layers, wanted, core);
  const Values at{static_cast<int>(wanted.moments.size()), static_cast<int>(wanted.targets.size())};
  std::vector<Id> inputs{x};
  OrientedOutputs outputs{wanted.pool, wanted.by_lanes, wanted.moments, {}, core};
  for (const OrientedWanted::Target& target : wanted.targets) {
    inputs.push_back(target.map);
    outputs.compared.push_back(target.layer);
  }
  const auto chain = std::make_shared<const OrientedChain>(tape.context(), layers, xs, outputs);
  const auto forward = [=](const OpBuffers<float>& r) {
    OrientedChain::Moments moments[kMostLayers];
    for (int k = 0; k < at.moments; ++k) moments[k] = {r.out(at.gram(k)), r.out(at.sum(k))};
    OrientedChain::Error errors[kMostLayers];
    for (int k = 0; k < at.targets; ++k) errors[k] = {r.in(1 + k), r.out(at.error(k))};
    chain->forward(r.context(), r.in(0), r.out(), moments, errors, r.scratch());
  };
  const auto backward = [=](const OpBuffers<float>& r) {
    OrientedChain::MomentGradients moments[kMostLayers];
    for (int k = 0; k < at.moments; ++k) moments[k] = {r.dout(at.gram(k)), r.dout(at.sum(k))};
    OrientedChain::ErrorGradient errors[kMostLayers];
    for (int k = 0; k < at.targets; ++k) errors[k] = {r.in(1 + k), r.dout(at.error(k))};
    chain->backward(r.context(), r.in(0), r.dout(), moments, errors, r.din(0), r.accumulates(0), r.scratch());
  };
  std::vector<Shape> more;
  for (const Index l : wanted.moments) {
    const Index C = layers[static_cast<std::size_t>(l - 1)].channels;
    more.insert(more.end(), {Shape{C, C}, Shape{C}});
  }
  more.insert(more.end(), wanted.targets.size(), Shape{});
  OrientedIds ids;
  ids.y = tape.record({.name = "oriented_conv2d_relu",
                       .inputs = inputs,
                       .shape = chain->output(),
                       .forward = forward,
                       .backward = backward,
                       .more_shapes = more,
                       .saves_inputs = std::vector<bool>(inputs.size(), true),
                       .forward_scratch = chain->forward_scratch(tape.context()),
                       .backward_scratch = chain->backward_scratch(tape.context())});
  for (int k = 0; k < at.moments; ++k) {
    ids.grams.push_back(tape.output(ids.y, at.gram(k)));
    ids.sums.push_back(tape.output(ids.y, at.sum(k)));
  }
  for (int k = 0; k < at.targets; ++k) ids.errors.push_back(tape.output(ids.y, at.error(k)));
  return ids;
}

}  // namespace impasto::IMPASTO_ABI
