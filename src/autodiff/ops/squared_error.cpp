// y = factor sum_i (a_i - b_i)^2     da = 2 factor (a - b) dy     db = -da
// with a gradient norm n: da = n (a - b) dy / sum_i |a_i - b_i|
#include <cmath>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {

namespace {

// 2 factor, or what brings the gradient to its norm; 0 where a = b everywhere.
template <class T>
T slope_of(const OpBuffers<T>& r, Index count, T factor, T norm) {
  if (norm == 0) return 2 * factor;
  const T* x = r.in(0);
  const T* y = r.in(1);
  const double sum = sum_pieces(r.context(), count, [=](Index begin, Index end) {
    return sum_of(begin, end, [=](Index i) { return static_cast<double>(std::abs(x[i] - y[i])); });
  });
  return static_cast<T>(sum > 0 ? static_cast<double>(norm) / sum : 0);
}

}  // namespace

template <class T>
Id squared_error(Tape<T>& tape, Id a, Id b, T factor, T gradient_norm) {
  require(tape.shape(a) == tape.shape(b), ErrorCode::input, "squared_error: shapes ", tape.shape(a), " and ",
          tape.shape(b), " differ");
  const Index count = tape.shape(a).count();
  const auto forward = [count, factor](const OpBuffers<T>& r) {
    const T* x = r.in(0);
    const T* y = r.in(1);
    const double total = sum_pieces(r.context(), count, [=](Index begin, Index end) {
      return sum_of(begin, end, [=](Index i) {
        const double difference = static_cast<double>(x[i] - y[i]);
        return difference * difference;
      });
    });
    *r.out() = static_cast<T>(static_cast<double>(factor) * total);
  };
  const auto backward = [count, factor, gradient_norm](const OpBuffers<T>& r) {
    const T* x = r.in(0);
    const T* y = r.in(1);
    const T scale = slope_of(r, count, factor, gradient_norm);
    for (int slot = 0; slot < 2; ++slot) {
      T* dx = r.din(slot);
      if (dx == nullptr) continue;
      const T slope = (slot == 0 ? scale : -scale) * *r.dout();
      const bool accumulates = r.accumulates(slot);
      for_ranges(r.context(), count, [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) accumulate(dx[i], slope * (x[i] - y[i]), accumulates);
      });
    }
  };
  return tape.record({.name = "squared_error",
                      .inputs = {a, b},
                      .shape = {},
                      .forward = forward,
                      .backward = backward,
                      .saves_inputs = {true, true},
                      .gradient_over_input = !tape.needs_gradient(b)});
}

#define IMPASTO_OP(T) template Id squared_error(Tape<T>&, Id, Id, T, T);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
