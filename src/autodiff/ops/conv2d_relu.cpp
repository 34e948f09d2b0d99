// y = pool(relu(conv2d(x, w) + b))
// d[h,w,k] = dy at the output that (h, w, k) decided, 0 where ReLU or the maximum dropped it, dy / 4 for the average
// dx = the adjoint of the convolution, applied to d: reads the backward mask, one bit each, and no value
#include <cstdint>
#include <memory>
#include <type_traits>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "kernel/convolution_choice.h"
#include "kernel/winograd/winograd.h"

namespace impasto::IMPASTO_ABI {
namespace {

Id record_winograd(Tape<float>& tape, Id x, Id w, Id b, Padding padding, Pooling pool) {
  const Shape xs = tape.shape(x), ws = tape.shape(w);
  const auto kernel = std::make_shared<const WinogradConv>(tape.context(), xs, ws[3], padding, pool);
  const auto mask = [](const OpBuffers<float>& r) { return reinterpret_cast<std::uint8_t*>(r.saved()); };
  const auto forward = [kernel, mask](const OpBuffers<float>& r) {
    kernel->forward(r.context(), r.in(0), r.in(1), r.in(2), r.out(), mask(r), r.scratch());
  };
  const auto backward = [kernel, mask](const OpBuffers<float>& r) {
    kernel->backward(r.context(), r.dout(), r.in(1), mask(r), r.din(0), r.accumulates(0), r.scratch());
  };
  const double flops = 2 * 9 * static_cast<double>(xs.count()) * static_cast<double>(ws[3]);
  return tape.record({.name = "conv2d_relu",
                      .inputs = {x, w, b},
                      .shape = kernel->output(),
                      .forward = forward,
                      .backward = backward,
                      .saved = (kernel->mask_bytes() + 3) / 4,
                      .forward_scratch = kernel->forward_scratch(),
                      .backward_scratch = kernel->backward_scratch(),
                      .forward_flops = flops,
                      .backward_flops = flops});
}

}  // namespace

template <class T>
Id conv2d_relu(Tape<T>& tape, Id x, Id w, Id b, Padding padding, Pooling pool) {
  const Shape xs = tape.shape(x), ws = tape.shape(w);
  const ConvolutionChoice choice =
      choose_convolution(tape.context(), {.x = xs,
                                          .w = ws,
                                          .padding = padding,
                                          .pool = pool,
                                          .is_float = std::is_same_v<T, float>,
                                          .weights_take_gradient = tape.needs_gradient(w) || tape.needs_gradient(b)});
  if constexpr (std::is_same_v<T, float>) {
    const Index smallest = pool == Pooling::none ? 1 : 2;
    const bool fits = xs.rank() == 3 && ws.rank() == 4 && xs[2] == ws[2] && tape.shape(b) == Shape{ws[3]} &&
                      xs[0] >= smallest && xs[1] >= smallest;  // the plain ops say what is wrong
    if (fits && choice.algorithm == ConvolutionAlgorithm::winograd) {
      const Id y = record_winograd(tape, x, w, b, padding, pool);
      tape.explain(y, choice.reason);
      return y;
    }
  }
  const Id product = conv2d(tape, x, w, 1, padding);
  tape.explain(product, choice.reason);
  const Id y = relu(tape, bias(tape, product, b));
  return pool == Pooling::none ? y : pool == Pooling::max ? max_pool(tape, y) : avg_pool(tape, y);
}

#define IMPASTO_OP(T) template Id conv2d_relu(Tape<T>&, Id, Id, Id, Padding, Pooling);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
