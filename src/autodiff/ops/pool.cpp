#include "autodiff/ops/pool.h"

#include "base/check.h"

namespace impasto::IMPASTO_ABI {

PoolWindows::PoolWindows(const Shape& x, Index window_size, Index window_stride)
    : H(x[0]), W(x[1]), C(x[2]), size(window_size), stride(window_stride) {
  require(x.rank() == 3 && size >= 1 && stride >= 1 && H >= size && W >= size, ErrorCode::input, "pooling: a map of ",
          x, " is too small for windows of ", size, " x ", size, "; use a larger picture or fewer layers");
  out_h = (H - size) / stride + 1;
  out_w = (W - size) / stride + 1;
}

}  // namespace impasto::IMPASTO_ABI
