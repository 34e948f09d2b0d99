// y[p,c] = x[p,c] + b[c]     dx = dy     db[c] = sum_p dy[p,c]     (p: position)
#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {

template <class T>
Id bias(Tape<T>& tape, Id x, Id b) {
  const Shape xs = tape.shape(x);
  require(xs.rank() == 3 && tape.shape(b) == Shape{xs[2]}, ErrorCode::input, "bias: a map of ", xs, " and a bias of ",
          tape.shape(b), " do not fit; wanted H x W x C and C");
  const Index H = xs[0], W = xs[1], P = H * W, C = xs[2];
  const auto forward = [H, W, C](const OpBuffers<T>& r) {
    const T* x_values = r.in(0);
    const T* b_values = r.in(1);
    T* y = r.out();
    parallel_for(r.context(), H, [=](Index h, int) {
      for (Index p = h * W; p < (h + 1) * W; ++p) {
        for (Index c = 0; c < C; ++c) y[p * C + c] = x_values[p * C + c] + b_values[c];
      }
    });
  };
  const auto backward = [P, C](const OpBuffers<T>& r) {
    const T* dy = r.dout();
    if (T* db = r.din(1)) {
      parallel_for(r.context(), C, [&](Index c, int) {
        const double total = sum_of(0, P, [&](Index p) { return static_cast<double>(dy[p * C + c]); });
        accumulate(db[c], static_cast<T>(total), r.accumulates(1));
      });
    }
    T* dx = r.din(0);
    if (dx == nullptr || dx == dy) return;
    for_ranges(r.context(), P * C, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) accumulate(dx[i], dy[i], r.accumulates(0));
    });
  };
  return tape.record({.name = "bias",
                      .inputs = {x, b},
                      .shape = xs,
                      .forward = forward,
                      .backward = backward,
                      .reuses_input = true,
                      .reuses_gradient = true});
}

#define IMPASTO_OP(T) template Id bias(Tape<T>&, Id, Id);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
