#include "kernel/conv2d.h"

#include <algorithm>

#include "base/check.h"
#include "base/parallel.h"
#include "kernel/gemm.h"

namespace impasto {
namespace {

// Positions per strip: 8 tiles of the widest micro-kernel; 96 windows of 3 x 3 x 512 floats are 1.7 MiB, and the block of
// 256 columns that the product works on at a time 96 KiB, well inside any L2.
constexpr Index kStrip = 96;

// Keeps every part of the scratch memory on a 64-byte border for float and double.
constexpr Index round_up(Index elements) { return (elements + 15) / 16 * 16; }

Index strips(Index positions) { return (positions + kStrip - 1) / kStrip; }

// One window: for taps i in [tap_begin, tap_end) of the flattened kernel, C values each; taps that read several positions
// (transposed borders) are summed, taps that read none are zero.
template <class T>
void gather_window(const AxisTaps& rows, const AxisTaps& columns, Index position, Index tap_begin, Index tap_end,
                   const T* x, Index x_width, Index C, T* window) {
  const Index h = position / columns.positions, w = position % columns.positions;
  for (Index tap = tap_begin; tap < tap_end; ++tap, window += C) {
    bool first = true;
    for (const Index source_h : rows.at(h, tap / columns.taps)) {
      for (const Index source_w : columns.at(w, tap % columns.taps)) {
        const T* from = x + (source_h * x_width + source_w) * C;
        if (first) {
          std::copy_n(from, C, window);
        } else {
          for (Index c = 0; c < C; ++c) window[c] += from[c];
        }
        first = false;
      }
    }
    if (first) std::fill_n(window, C, T(0));
  }
}

// y = windows(x) B for all positions, B given packed: the body of the forward pass and of the data gradient.
template <class T>
void multiply_windows(const Context& context, const AxisTaps& rows, const AxisTaps& columns, const T* x, Index x_width,
                      Index C, const T* packed, Index N, T* y, bool add, T* scratch) {
  const Gemm<T>& product = gemm<T>(context);
  const Index taps = rows.taps * columns.taps, positions = rows.positions * columns.positions;
  parallel_for(context, strips(positions), [&](Index strip, int worker) {
    const Index begin = strip * kStrip, end = std::min(begin + kStrip, positions);
    T* windows = scratch + worker * round_up(kStrip * taps * C);
    for (Index p = begin; p < end; ++p) {
      gather_window(rows, columns, p, 0, taps, x, x_width, C, windows + (p - begin) * taps * C);
    }
    product.multiply(end - begin, N, taps * C, {windows, taps * C, 1}, packed, y + begin * N, N, add);
  });
}

}  // namespace

Conv2d::Conv2d(const Shape& x, const Shape& w, Index stride, Border border) : C_(w[2]), K_(w[3]) {
  IMPASTO_ASSERT(x.rank() == 3 && w.rank() == 4 && x[2] == w[2]);
  rows_ = window_taps(x[0], w[0], stride, border);
  columns_ = window_taps(x[1], w[1], stride, border);
  rows_transposed_ = transpose(rows_, x[0]);
  columns_transposed_ = transpose(columns_, x[1]);
}

template <class T>
Index Conv2d::forward_scratch(const Context& context) const {
  const Index depth = rows_.taps * columns_.taps * C_;
  return round_up(gemm<T>(context).packed_size(depth, K_)) + context.threads() * round_up(kStrip * depth);
}

template <class T>
void Conv2d::forward(const Context& context, const T* x, const T* w, T* y, T* scratch) const {
  const Gemm<T>& product = gemm<T>(context);
  const Index taps = rows_.taps * columns_.taps;
  parallel_for(context, taps, [&](Index tap, int) {
    product.pack({w + tap * C_ * K_, K_, 1}, tap * C_, C_, taps * C_, K_, scratch);
  });
  T* windows = scratch + round_up(product.packed_size(taps * C_, K_));
  multiply_windows(context, rows_, columns_, x, columns_transposed_.positions, C_, scratch, K_, y, false, windows);
}

template <class T>
Index Conv2d::backward_data_scratch(const Context& context) const {
  const Index depth = rows_.taps * columns_.taps * K_;
  return round_up(gemm<T>(context).packed_size(depth, C_)) + context.threads() * round_up(kStrip * depth);
}

template <class T>
void Conv2d::backward_data(const Context& context, const T* dy, const T* w, T* dx, bool add, T* scratch) const {
  const Gemm<T>& product = gemm<T>(context);
  const Index taps = rows_.taps * columns_.taps;
  parallel_for(context, taps, [&](Index tap, int) {
    product.pack({w + tap * C_ * K_, 1, K_}, tap * K_, K_, taps * K_, C_, scratch);
  });
  T* windows = scratch + round_up(product.packed_size(taps * K_, C_));
  multiply_windows(context, rows_transposed_, columns_transposed_, dy, columns_.positions, K_, scratch, C_, dx, add,
                   windows);
}

template <class T>
Index Conv2d::backward_weights_scratch(const Context& context) const {
  return context.threads() * (round_up(kStrip * C_) + round_up(gemm<T>(context).packed_size(kStrip, K_)));
}

template <class T>
void Conv2d::backward_weights(const Context& context, const T* x, const T* dy, T* dw, bool add, T* scratch) const {
  const Gemm<T>& product = gemm<T>(context);
  const Index taps = rows_.taps * columns_.taps, positions = rows_.positions * columns_.positions;
  const Index per_worker = round_up(kStrip * C_) + round_up(product.packed_size(kStrip, K_));
  // dw of a tap (C x K) = sum over positions of window' dy, strip after strip in fixed order.
  parallel_for(context, taps, [&](Index tap, int worker) {
    T* windows = scratch + worker * per_worker;
    T* packed = windows + round_up(kStrip * C_);
    for (Index begin = 0; begin < positions; begin += kStrip) {
      const Index count = std::min(kStrip, positions - begin);
      for (Index p = 0; p < count; ++p) {
        gather_window(rows_, columns_, begin + p, tap, tap + 1, x, columns_transposed_.positions, C_, windows + p * C_);
      }
      product.pack({dy + begin * K_, K_, 1}, 0, count, count, K_, packed);
      product.multiply(C_, K_, count, {windows, 1, C_}, packed, dw + tap * C_ * K_, K_, add || begin > 0);
    }
  });
}

#define IMPASTO_INSTANTIATE(T)                                                                                  \
  template Index Conv2d::forward_scratch<T>(const Context&) const;                                              \
  template void Conv2d::forward<T>(const Context&, const T*, const T*, T*, T*) const;                           \
  template Index Conv2d::backward_data_scratch<T>(const Context&) const;                                        \
  template void Conv2d::backward_data<T>(const Context&, const T*, const T*, T*, bool, T*) const;               \
  template Index Conv2d::backward_weights_scratch<T>(const Context&) const;                                     \
  template void Conv2d::backward_weights<T>(const Context&, const T*, const T*, T*, bool, T*) const;
IMPASTO_INSTANTIATE(float)
IMPASTO_INSTANTIATE(double)
#undef IMPASTO_INSTANTIATE

}  // namespace impasto
