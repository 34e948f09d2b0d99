// y = factor (sum (x[h,w+1,c] - x[h,w,c])^2 + sum (x[h+1,w,c] - x[h,w,c])^2)
// dx = 2 factor dy (sum over the up to four neighbours n of x[h,w,c] - x[n])
#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/parallel.h"
#include "kernel/ranges.h"

namespace impasto {
namespace {

template <class T>
double forward_row(const T* x, Index h, Index H, Index W, Index C) {
  const Index row = W * C;
  const T* here = x + h * row;
  const auto squared = [](T difference) { return static_cast<double>(difference) * static_cast<double>(difference); };
  double total = sum_of(0, row - C, [&](Index i) { return squared(here[i + C] - here[i]); });
  if (h + 1 < H) total += sum_of(0, row, [&](Index i) { return squared(here[i + row] - here[i]); });
  return total;
}

template <class T>
void backward_row(const T* x, T* dx, T slope, bool adds, Index h, Index H, Index W, Index C) {
  const Index row = W * C;
  for (Index i = 0; i < row; ++i) {
    const Index at = h * row + i;
    T slopes = 0;
    if (i >= C) slopes += x[at] - x[at - C];
    if (i + C < row) slopes += x[at] - x[at + C];
    if (h > 0) slopes += x[at] - x[at - row];
    if (h + 1 < H) slopes += x[at] - x[at + row];
    put(dx[at], slope * slopes, adds);
  }
}

}  // namespace

template <class T>
Id total_variation(Tape<T>& tape, Id x, T factor) {
  const Shape xs = tape.shape(x);
  require(xs.rank() == 3, ErrorCode::input, "total_variation: got ", xs, ", wanted a map H x W x C");
  const Index H = xs[0], W = xs[1], C = xs[2];
  const auto forward = [H, W, C, factor](const Run<T>& r) {
    const T* values = r.in(0);
    const double total = sum_pieces(r.context(), H, [=](Index begin, Index end) {
      double rows = 0;
      for (Index h = begin; h < end; ++h) rows += forward_row(values, h, H, W, C);
      return rows;
    });
    *r.out() = static_cast<T>(static_cast<double>(factor) * total);
  };
  const auto backward = [H, W, C, factor](const Run<T>& r) {
    const T slope = T(2) * factor * *r.dout();
    parallel_for(r.context(), H, [&](Index h, int) { backward_row(r.in(0), r.din(0), slope, r.adds(0), h, H, W, C); });
  };
  return tape.record({.name = "total_variation",
                      .inputs = {x},
                      .shape = {},
                      .forward = forward,
                      .backward = backward,
                      .saves_inputs = {true}});
}

#define IMPASTO_OP(T) template Id total_variation(Tape<T>&, Id, T);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)

}  // namespace impasto
