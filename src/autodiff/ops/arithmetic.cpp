// add:   y = a + b       da = dy, db = dy
// scale: y = factor x    dx = factor dy
// sum:   y = sum_i x_i   dx_i = dy
#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {

template <class T>
Id add(Tape<T>& tape, Id a, Id b) {
  require(tape.shape(a) == tape.shape(b), ErrorCode::input, "add: shapes ", tape.shape(a), " and ", tape.shape(b),
          " differ");
  const Index count = tape.shape(a).count();
  const auto forward = [count](const OpBuffers<T>& r) {
    const T *x = r.in(0), *y = r.in(1);
    T* z = r.out();
    for_ranges(r.context(), count, [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) z[i] = x[i] + y[i];
    });
  };
  const auto backward = [count](const OpBuffers<T>& r) {
    for (int slot = 0; slot < 2; ++slot) {
      T* dx = r.din(slot);
      if (dx == nullptr) continue;
      for_ranges(r.context(), count, [dx, dy = r.dout(), accumulates = r.accumulates(slot)](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) accumulate(dx[i], dy[i], accumulates);
      });
    }
  };
  return tape.record(
      {.name = "add", .inputs = {a, b}, .shape = tape.shape(a), .forward = forward, .backward = backward});
}

template <class T>
Id scale(Tape<T>& tape, Id x, T factor) {
  const Index count = tape.shape(x).count();
  const auto forward = [count, factor](const OpBuffers<T>& r) {
    for_ranges(r.context(), count, [factor, x = r.in(0), y = r.out()](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) y[i] = factor * x[i];
    });
  };
  const auto backward = [count, factor](const OpBuffers<T>& r) {
    for_ranges(r.context(), count,
               [factor, dx = r.din(0), dy = r.dout(), accumulates = r.accumulates(0)](Index begin, Index end) {
                 for (Index i = begin; i < end; ++i) accumulate(dx[i], factor * dy[i], accumulates);
               });
  };
  return tape.record({.name = "scale",
                      .inputs = {x},
                      .shape = tape.shape(x),
                      .forward = forward,
                      .backward = backward,
                      .reuses_input = true,
                      .reuses_gradient = true});
}

template <class T>
Id sum(Tape<T>& tape, Id x) {
  const Index count = tape.shape(x).count();
  const auto forward = [count](const OpBuffers<T>& r) {
    const T* values = r.in(0);
    *r.out() = static_cast<T>(sum_pieces(r.context(), count, [=](Index begin, Index end) {
      return sum_of(begin, end, [=](Index i) { return static_cast<double>(values[i]); });
    }));
  };
  const auto backward = [count](const OpBuffers<T>& r) {
    for_ranges(r.context(), count,
               [dx = r.din(0), slope = *r.dout(), accumulates = r.accumulates(0)](Index begin, Index end) {
                 for (Index i = begin; i < end; ++i) accumulate(dx[i], slope, accumulates);
               });
  };
  return tape.record({.name = "sum", .inputs = {x}, .shape = {}, .forward = forward, .backward = backward});
}

#define IMPASTO_OP(T)                 \
  template Id add(Tape<T>&, Id, Id);  \
  template Id scale(Tape<T>&, Id, T); \
  template Id sum(Tape<T>&, Id);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
