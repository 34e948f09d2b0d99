// y[h,w,k]   = sum_{i,j,c} x[h s + i - p, w s + j - p, c] w[i,j,c,k]
// dx         = sum over the windows that read it: the adjoint, border included
// dw[i,j,c,k] = sum_{h,w} x[h s + i - p, w s + j - p, c] dy[h,w,k]
#include "kernel/conv2d.h"

#include <algorithm>
#include <memory>

#include "autodiff/ops/ops.h"
#include "base/check.h"

namespace impasto::IMPASTO_ABI {

template <class T>
Id conv2d(Tape<T>& tape, Id x, Id w, Index stride, Padding padding) {
  const Shape xs = tape.shape(x);
  const Shape ws = tape.shape(w);
  require(xs.rank() == 3 && ws.rank() == 4 && xs[2] == ws[2], ErrorCode::input, "conv2d: a map of ", xs,
          " and weights of ", ws, " do not fit; wanted H x W x C and kh x kw x C x K");
  const auto kernel = std::make_shared<const Conv2d>(xs, ws, stride, padding);
  const Context& context = tape.context();
  const bool want_x = tape.needs_gradient(x), want_w = tape.needs_gradient(w);
  const auto forward = [kernel](const OpBuffers<T>& r) {
    kernel->forward(r.context(), r.in(0), r.in(1), r.out(), r.scratch());
  };
  const auto backward = [kernel](const OpBuffers<T>& r) {
    if (T* dw = r.din(1)) kernel->backward_weights(r.context(), r.in(0), r.dout(), dw, r.accumulates(1), r.scratch());
    if (T* dx = r.din(0)) kernel->backward_data(r.context(), r.dout(), r.in(1), dx, r.accumulates(0), r.scratch());
  };
  const Index data_scratch = want_x ? kernel->backward_data_scratch<T>(context) : 0;
  const double flops = 2 * static_cast<double>(kernel->output().count()) * static_cast<double>(ws[0] * ws[1] * ws[2]);
  const Index weights_scratch = want_w ? kernel->backward_weights_scratch<T>(context) : 0;
  return tape.record({.name = "conv2d",
                      .inputs = {x, w},
                      .shape = kernel->output(),
                      .forward = forward,
                      .backward = backward,
                      .saves_inputs = {want_w, want_x},
                      .forward_scratch = kernel->forward_scratch<T>(context),
                      .backward_scratch = std::max(data_scratch, weights_scratch),
                      .forward_flops = flops,
                      .backward_flops = flops * ((want_x ? 1 : 0) + (want_w ? 1 : 0))});
}

#define IMPASTO_OP(T) template Id conv2d(Tape<T>&, Id, Id, Index, Padding);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
