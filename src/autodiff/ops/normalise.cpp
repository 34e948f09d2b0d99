// y[p,c] = gain[c] x[p,order[c]] + offset[c]     dx[p,order[c]] = gain[c] dy[p,c]     (order is a permutation)
#include <algorithm>
#include <array>
#include <cstddef>

#include "autodiff/ops/ops.h"
#include "base/check.h"
#include "base/ranges.h"

namespace impasto::IMPASTO_ABI {

template <class T>
Id normalise(Tape<T>& tape, Id x, const ChannelMap& map) {
  const Shape xs = tape.shape(x);
  require(xs.rank() == 3 && xs[2] == 3, ErrorCode::input, "normalise: got ", xs, ", wanted a picture H x W x 3");
  std::array<int, 3> sorted = map.order;
  std::sort(sorted.begin(), sorted.end());
  require(sorted == std::array<int, 3>{0, 1, 2}, ErrorCode::input,
          "normalise: the channel order must name 0, 1 and 2 once");
  const Index H = xs[0], row = 3 * xs[1];
  const auto forward = [H, row, map](const OpBuffers<T>& r) {
    const T* x_values = r.in(0);
    T* y = r.out();
    parallel_for(r.context(), H, [&](Index h, int) {
      for (Index i = h * row; i < (h + 1) * row; i += 3) {
        for (std::size_t c = 0; c < 3; ++c) {
          y[i + static_cast<Index>(c)] =
              static_cast<T>(map.gain[c]) * x_values[i + map.order[c]] + static_cast<T>(map.offset[c]);
        }
      }
    });
  };
  const auto backward = [H, row, map](const OpBuffers<T>& r) {
    const T* dy = r.dout();
    T* dx = r.din(0);
    parallel_for(r.context(), H, [&](Index h, int) {
      for (Index i = h * row; i < (h + 1) * row; i += 3) {
        for (std::size_t c = 0; c < 3; ++c) {
          accumulate(dx[i + map.order[c]], static_cast<T>(map.gain[c]) * dy[i + static_cast<Index>(c)],
                     r.accumulates(0));
        }
      }
    });
  };
  return tape.record({.name = "normalise", .inputs = {x}, .shape = xs, .forward = forward, .backward = backward});
}

#define IMPASTO_OP(T) template Id normalise(Tape<T>&, Id, const ChannelMap&);
IMPASTO_FOR_FLOAT_AND_DOUBLE(IMPASTO_OP)
#undef IMPASTO_OP

}  // namespace impasto::IMPASTO_ABI
