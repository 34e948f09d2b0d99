// a = relu(conv2d(x, w1) + b1)     y = pool(relu(conv2d(a, w2) + b2))
// G = a^T a, s = a^T 1, with a as positions x channels
// da = the adjoint of the second convolution, applied to dy through its backward mask, + a (dG + dG^T) + 1 ds^T
// dx = the adjoint of the first, applied to da where a > 0
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "autodiff/ops/ops.h"
#include "kernel/convolution_choice.h"
#include "kernel/winograd/conv_pair.h"

namespace impasto::IMPASTO_ABI {
namespace {

ConvolutionChoice choose(const Tape<float>& tape, Id x, const std::array<Id, 4>& weights, Padding padding,
                         Pooling pool) {
  ConvolutionFacts facts{.x = tape.shape(x),
                         .w = tape.shape(weights[0]),
                         .second = tape.shape(weights[2]),
                         .padding = padding,
                         .pool = pool};
  for (const Id id : weights) facts.weights_take_gradient |= tape.needs_gradient(id);
  return choose_convolution(tape.context(), facts);
}

// Otherwise the plain ops say what is wrong.
bool shapes_fit(const Tape<float>& tape, Id x, const std::array<Id, 4>& weights) {
  const Shape xs = tape.shape(x), first = tape.shape(weights[0]), second = tape.shape(weights[2]);
  return xs.rank() == 3 && first.rank() == 4 && second.rank() == 4 && first[2] == xs[2] && second[2] == first[3] &&
         tape.shape(weights[1]) == Shape{first[3]} && tape.shape(weights[3]) == Shape{second[3]};
}

ConvPairIds record_fused(Tape<float>& tape, Id x, const std::array<Id, 4>& weights, Padding padding, Pooling pool,
                         PairMoments wanted, const Area& core) {
  const Shape xs = tape.shape(x);
  const Index C1 = tape.shape(weights[0])[3], K = tape.shape(weights[2])[3];
  const auto kernel = std::make_shared<const ConvPair>(tape.context(), xs, C1, K, padding, pool, core);
  const bool gram = wanted != PairMoments::none, sums = wanted == PairMoments::gram_and_sum;
  const auto values = [](const OpBuffers<float>& r) { return ConvPair::Weights{r.in(1), r.in(2), r.in(3), r.in(4)}; };
  const auto mask = [](const OpBuffers<float>& r) { return reinterpret_cast<std::uint8_t*>(r.saved()); };
  const auto forward = [=](const OpBuffers<float>& r) {
    kernel->forward(r.context(), r.in(0), values(r), r.out(), {gram ? r.out(1) : nullptr, sums ? r.out(2) : nullptr},
                    mask(r), r.scratch());
  };
  const auto backward = [=](const OpBuffers<float>& r) {
    kernel->backward(r.context(), r.in(0), values(r), r.dout(),
                     {gram ? r.dout(1) : nullptr, sums ? r.dout(2) : nullptr}, mask(r), r.din(0), r.accumulates(0),
                     r.scratch());
  };
  const double P = static_cast<double>(xs[0] * xs[1]), c1 = static_cast<double>(C1);
  const double flops = 2 * P * c1 * (9 * static_cast<double>(xs[2] + K) + (gram ? c1 : 0));
  std::vector<Shape> more;
  if (gram) more.push_back({C1, C1});
  if (sums) more.push_back({C1});
  const Id y = tape.record({.name = "conv2d_relu_pair",
                            .inputs = {x, weights[0], weights[1], weights[2], weights[3]},
                            .shape = kernel->output(),
                            .forward = forward,
                            .backward = backward,
                            .more_shapes = more,
                            .saves_inputs = {true},
                            .saved = (kernel->mask_bytes() + 3) / 4,
                            .forward_scratch = kernel->forward_scratch(tape.context()),
                            .backward_scratch = kernel->backward_scratch(tape.context()),
                            .forward_flops = flops,
                            .backward_flops = flops});
  return {y, gram ? tape.output(y, 1) : Id{}, sums ? tape.output(y, 2) : Id{}};
}

}  // namespace

template <class T>
ConvPairIds conv2d_relu_pair(Tape<T>& tape, Id x, const std::array<Id, 4>& weights, Padding padding, Pooling pool,
                             PairMoments wanted, const std::optional<Area>& core) {
  if constexpr (std::is_same_v<T, float>) {
    if (shapes_fit(tape, x, weights)) {
      const ConvolutionChoice choice = choose(tape, x, weights, padding, pool);
      if (choice.algorithm == ConvolutionAlgorithm::pair) {
        const ConvPairIds ids =
            record_fused(tape, x, weights, padding, pool, wanted, core.value_or(whole_area(tape.shape(x))));
        tape.explain(ids.y, choice.reason);
        return ids;
      }
    }
  }
  const Id a = conv2d_relu(tape, x, weights[0], weights[1], padding);
  const Id y = conv2d_relu(tape, a, weights[2], weights[3], padding, pool);
  if (wanted == PairMoments::none) return {y, {}, {}};
  const Id part = core ? crop(tape, a, *core) : a;
  const MomentIds moments = channel_moments(tape, part, {.sums = wanted == PairMoments::gram_and_sum});
  return {y, moments.gram, moments.sum};
}

#define IMPASTO_OP(T)                                                                                          \
  template ConvPairIds conv2d_relu_pair(Tape<T>&, Id, const std::array<Id, 4>&, Padding, Pooling, PairMoments, \
                                        const std::optional<Area>&);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
