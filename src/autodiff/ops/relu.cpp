// y = max(x, 0)     dx = 0 where y <= 0, else dy     A value that is not a number stays one, so that it is noticed.
#include "autodiff/ops/ops.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {

template <class T>
Id relu(Tape<T>& tape, Id x) {
  const Index count = tape.shape(x).count();
  const auto forward = [count](const OpBuffers<T>& r) {
    const T* x_values = r.in(0);
    T* y = r.out();
    for_ranges(r.context(), count, [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) y[i] = x_values[i] < T(0) ? T(0) : x_values[i];
    });
  };
  const auto backward = [count](const OpBuffers<T>& r) {
    const T* y = r.out();
    const T* dy = r.dout();
    T* dx = r.din(0);
    const bool accumulates = r.accumulates(0);
    for_ranges(r.context(), count, [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) accumulate(dx[i], y[i] <= T(0) ? T(0) : dy[i], accumulates);
    });
  };
  return tape.record({.name = "relu",
                      .inputs = {x},
                      .shape = tape.shape(x),
                      .forward = forward,
                      .backward = backward,
                      .saves_output = true,
                      .reuses_input = true,
                      .reuses_gradient = true});
}

#define IMPASTO_OP(T) template Id relu(Tape<T>&, Id);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
