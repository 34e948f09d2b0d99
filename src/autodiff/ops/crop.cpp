// y[h,w,c] = x[top + h, left + w, c]
// dx[h,w,c] = dy[h - top, w - left, c] inside the area, 0 outside
#include <algorithm>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/parallel.h"
#include "tensor/cropped.h"

namespace impasto::IMPASTO_ABI {

template <class T>
Id crop(Tape<T>& tape, Id x, const Area& area) {
  const Shape xs = tape.shape(x);
  require(xs.rank() == 3 && area.count() > 0 && common(area, whole_area(xs)) == area, ErrorCode::input, "crop: wanted ",
          area.height, " x ", area.width, " positions from (", area.top, ", ", area.left, ") on, got ", xs);
  const Index C = xs[2], W = xs[1], row = area.width * C;
  const auto forward = [=](const OpBuffers<T>& r) { copy_area(r.context(), r.in(0), W, C, area, r.out()); };
  const auto backward = [=](const OpBuffers<T>& r) {
    parallel_for(r.context(), xs[0], [=, dx = r.din(0), dy = r.dout(), adds = r.accumulates(0)](Index h, int) {
      T* to = dx + h * W * C;
      const T* from = dy + (h - area.top) * row;
      if (!adds) std::fill_n(to, W * C, T(0));
      if (h < area.top || h >= area.bottom()) return;
      to += area.left * C;
      for (Index i = 0; i < row; ++i) to[i] += from[i];
    });
  };
  return tape.record(
      {.name = "crop", .inputs = {x}, .shape = {area.height, area.width, C}, .forward = forward, .backward = backward});
}

#define IMPASTO_OP(T) template Id crop(Tape<T>&, Id, const Area&);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
