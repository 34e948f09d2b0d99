// y[o,q,c] = mean over the window of x     dx = dy / size^2 at every place of the window
#include <algorithm>

#include "autodiff/ops/ops.h"
#include "autodiff/ops/pool.h"
#include "base/parallel.h"

namespace impasto::IMPASTO_ABI {
namespace {

template <class T>
void forward_row(const PoolWindows& p, const T* x, T* y, Index o) {
  const T factor = T(1) / static_cast<T>(p.size * p.size);
  for (Index q = 0; q < p.out_w; ++q) {
    T* to = y + (o * p.out_w + q) * p.C;
    sum_window(p, x, o, q, to, [](T value) { return value; });
    for (Index c = 0; c < p.C; ++c) to[c] *= factor;
  }
}

template <class T>
void backward_row(const PoolWindows& p, const T* dy, T* dx, Index h) {
  const T factor = T(1) / static_cast<T>(p.size * p.size);
  for_places(p, h, [&](Index in, Index out) {
    for (Index c = 0; c < p.C; ++c) dx[in + c] += factor * dy[out + c];
  });
}

}  // namespace

template <class T>
Id avg_pool(Tape<T>& tape, Id x, Index size, Index stride) {
  const PoolWindows p(tape.shape(x), size, stride);
  const auto forward = [p](const OpBuffers<T>& r) {
    parallel_for(r.context(), p.out_h, [&](Index o, int) { forward_row(p, r.in(0), r.out(), o); });
  };
  const auto backward = [p](const OpBuffers<T>& r) {
    const bool accumulates = r.accumulates(0);
    parallel_for(r.context(), p.H, [&](Index h, int) {
      if (!accumulates) std::fill_n(r.din(0) + p.at(h, 0), p.W * p.C, T(0));
      backward_row(p, r.dout(), r.din(0), h);
    });
  };
  return tape.record(
      {.name = "avg_pool", .inputs = {x}, .shape = p.output(), .forward = forward, .backward = backward});
}

#define IMPASTO_OP(T) template Id avg_pool(Tape<T>&, Id, Index, Index);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
