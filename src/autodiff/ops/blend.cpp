// y = m b + (1 - m) a     da = (1 - m) dy     (exactly b where m is 1, exactly a where m is 0)
#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {

template <class T>
Id blend(Tape<T>& tape, Id a, Id b, Id m) {
  const Shape shape = tape.shape(a);
  require(shape.rank() == 3 && tape.shape(b) == shape && tape.shape(m) == Shape{shape[0], shape[1]} &&
              !tape.needs_gradient(b) && !tape.needs_gradient(m),
          ErrorCode::input, "blend: got ", shape, ", ", tape.shape(b), " and ", tape.shape(m),
          ", wanted a variable map H x W x C, a constant one and constants H x W");
  const Index P = shape[0] * shape[1], C = shape[2];
  const auto forward = [P, C](const OpBuffers<T>& r) {
    const T *x = r.in(0), *z = r.in(1), *share = r.in(2);
    for_ranges(r.context(), P, [C, x, z, share, y = r.out()](Index begin, Index end) {
      for (Index p = begin; p < end; ++p) {
        for (Index i = p * C; i < (p + 1) * C; ++i) y[i] = share[p] * z[i] + (1 - share[p]) * x[i];
      }
    });
  };
  const auto backward = [P, C](const OpBuffers<T>& r) {
    const T *dy = r.dout(), *share = r.in(2);
    for_ranges(r.context(), P, [C, dy, share, dx = r.din(0), accumulates = r.accumulates(0)](Index begin, Index end) {
      for (Index p = begin; p < end; ++p) {
        for (Index i = p * C; i < (p + 1) * C; ++i) accumulate(dx[i], (1 - share[p]) * dy[i], accumulates);
      }
    });
  };
  return tape.record({.name = "blend",
                      .inputs = {a, b, m},
                      .shape = shape,
                      .forward = forward,
                      .backward = backward,
                      .saves_inputs = {false, false, true}});
}

#define IMPASTO_OP(T) template Id blend(Tape<T>&, Id, Id, Id);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
