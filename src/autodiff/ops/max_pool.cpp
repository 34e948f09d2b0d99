// y[o,q,c] = max over the window of x     dx = dy at the window's first maximum in row order, 0 elsewhere
#include <algorithm>
#include <cmath>

#include "autodiff/ops/ops.h"
#include "autodiff/ops/pool.h"
#include "base/parallel.h"

namespace impasto::IMPASTO_ABI {

namespace {

// Offset of the first maximum of a window in channel c; a value that is not a number counts as the maximum.
template <class T>
Index first_maximum(const PoolWindows& p, const T* x, Index o, Index q, Index c) {
  Index best = p.at(o * p.stride, q * p.stride) + c;
  for (Index i = 0; i < p.size; ++i) {
    for (Index j = 0; j < p.size; ++j) {
      const Index at = p.at(o * p.stride + i, q * p.stride + j) + c;
      if (x[at] > x[best] || std::isnan(x[at])) best = at;
    }
  }
  return best;
}

template <class T>
void forward_row(const PoolWindows& p, const T* x, T* y, Index o) {
  for (Index q = 0; q < p.out_w; ++q) {
    T* to = y + (o * p.out_w + q) * p.C;
    std::copy_n(x + p.at(o * p.stride, q * p.stride), p.C, to);
    for (Index i = 0; i < p.size; ++i) {
      for (Index j = 0; j < p.size; ++j) {
        const T* from = x + p.at(o * p.stride + i, q * p.stride + j);
        for (Index c = 0; c < p.C; ++c) to[c] = from[c] > to[c] || std::isnan(from[c]) ? from[c] : to[c];
      }
    }
  }
}

}  // namespace

template <class T>
Id max_pool(Tape<T>& tape, Id x, Index size, Index stride) {
  const PoolWindows p(tape.shape(x), size, stride);
  const auto forward = [p](const OpBuffers<T>& r) {
    parallel_for(r.context(), p.out_h, [&](Index o, int) { forward_row(p, r.in(0), r.out(), o); });
  };
  // A thread owns rows of dx and visits every window that holds them, so overlapping windows do not collide.
  const auto backward = [p](const OpBuffers<T>& r) {
    const T* x_values = r.in(0);
    const T* dy = r.dout();
    T* dx = r.din(0);
    const bool accumulates = r.accumulates(0);
    parallel_for(r.context(), p.H, [&](Index h, int) {
      if (!accumulates) std::fill_n(dx + p.at(h, 0), p.W * p.C, T(0));
      for (Index o = p.first_row(h); o <= p.last_row(h); ++o) {
        for (Index q = 0; q < p.out_w; ++q) {
          for (Index c = 0; c < p.C; ++c) {
            const Index best = first_maximum(p, x_values, o, q, c);
            if (best >= p.at(h, 0) && best < p.at(h + 1, 0)) dx[best] += dy[(o * p.out_w + q) * p.C + c];
          }
        }
      }
    });
  };
  return tape.record({.name = "max_pool",
                      .inputs = {x},
                      .shape = p.output(),
                      .forward = forward,
                      .backward = backward,
                      .saves_inputs = {true}});
}

#define IMPASTO_OP(T) template Id max_pool(Tape<T>&, Id, Index, Index);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
