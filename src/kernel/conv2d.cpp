#include "kernel/conv2d.h"

#include <algorithm>
#include <cstddef>

#include "base/check.h"
#include "base/parallel.h"
#include "kernel/gemm/gemm.h"
#include "kernel/workspace.h"

namespace impasto::IMPASTO_ABI {
namespace {

Index strips(Index positions) { return (positions + kRowBlock - 1) / kRowBlock; }

// Where windows are taken from: a map of rows of `width` positions with C channels.
template <class T>
struct Source {
  const AxisTaps& rows;
  const AxisTaps& columns;
  const T* x;
  Index width;
  Index C;
};

// C values of one tap (i, j) at output position (h, w). A tap that reads several positions (transposed borders) sums
// them, one that reads none is zero.
template <class T>
void gather_tap(const Source<T>& s, Index h, Index i, Index w, Index j, T* to) {
  bool first = true;
  for (const Index row : s.rows.at(h, i)) {
    for (const Index column : s.columns.at(w, j)) {
      const T* from = s.x + (row * s.width + column) * s.C;
      if (first) {
        std::copy_n(from, s.C, to);
      } else {
        for (Index c = 0; c < s.C; ++c) to[c] += from[c];
      }
      first = false;
    }
  }
  if (first) std::fill_n(to, s.C, T(0));
}

// All taps of a window, row by row; a row that lies inside the map is one piece of memory.
template <class T>
void gather_window(const Source<T>& s, Index position, T* window) {
  const Index h = position / s.columns.positions, w = position % s.columns.positions, taps = s.columns.taps;
  const auto left = s.columns.at(w, 0), right = s.columns.at(w, taps - 1);
  const bool inside =
      s.columns.first[static_cast<std::size_t>((w + 1) * taps)] - s.columns.first[static_cast<std::size_t>(w * taps)] ==
          taps &&
      left.size() == 1 && right.size() == 1 && right[0] - left[0] == taps - 1;
  for (Index i = 0; i < s.rows.taps; ++i) {
    const auto row = s.rows.at(h, i);
    if (inside && row.size() == 1) {
      window = std::copy_n(s.x + (row[0] * s.width + left[0]) * s.C, taps * s.C, window);
      continue;
    }
    for (Index j = 0; j < taps; ++j, window += s.C) gather_tap(s, h, i, w, j, window);
  }
}

// What multiply_windows works on: a packed B (depth x N), which all share, and windows of each thread's own.
template <class T>
struct WindowArrays {
  T* packed;
  EqualArrays<T> windows;

  WindowArrays(const Context& context, Index depth, Index N, Workspace& space)
      : packed(space.take<T>(gemm<T>(context).packed_size(depth, N))),
        windows(space.take_each<T>(context.threads(), kRowBlock * depth)) {}
};

// dw of a tap works on the tap's values at a strip of positions, and on dy there, packed.
template <class T>
struct TapArrays {
  EqualArrays<T> values, packed;  // by thread

  TapArrays(const Context& context, Index C, Index K, Workspace& space)
      : values(space.take_each<T>(context.threads(), kRowBlock * C)),
        packed(space.take_each<T>(context.threads(), gemm<T>(context).packed_size(kRowBlock, K))) {}
};

// y = windows(x) B for all positions, B given packed: the body of the forward pass and of the data gradient.
template <class T>
void multiply_windows(const Context& context, const Source<T>& source, const WindowArrays<T>& work, Index N, T* y,
                      bool add) {
  const Gemm<T>& product = gemm<T>(context);
  const Index depth = source.rows.taps * source.columns.taps * source.C;
  const Index positions = source.rows.positions * source.columns.positions;
  parallel_for(context, strips(positions), [&](Index strip, int worker) {
    const Index begin = strip * kRowBlock, end = std::min(begin + kRowBlock, positions);
    T* windows = work.windows[worker];
    for (Index p = begin; p < end; ++p) gather_window(source, p, windows + (p - begin) * depth);
    product.multiply(end - begin, N, depth, {windows, depth, 1}, work.packed, y + begin * N, N, add);
  });
}

}  // namespace

Conv2d::Conv2d(const Shape& x, const Shape& w, Index stride, Padding padding) : channels_(w[2]), filters_(w[3]) {
  IMPASTO_ASSERT(x.rank() == 3 && w.rank() == 4 && x[2] == w[2]);
  rows_ = window_taps(x[0], w[0], stride, padding);
  columns_ = window_taps(x[1], w[1], stride, padding);
  rows_transposed_ = transpose(rows_, x[0]);
  columns_transposed_ = transpose(columns_, x[1]);
}

template <class T>
Index Conv2d::forward_scratch(const Context& context) const {
  return workspace_size<T>(
      [&](Workspace& space) { WindowArrays<T>(context, rows_.taps * columns_.taps * channels_, filters_, space); });
}

template <class T>
void Conv2d::forward(const Context& context, const T* x, const T* w, T* y, T* scratch) const {
  const Gemm<T>& product = gemm<T>(context);
  const Index taps = rows_.taps * columns_.taps;
  Workspace space(scratch);
  const WindowArrays<T> work(context, taps * channels_, filters_, space);
  parallel_for(context, taps, [&](Index tap, int) {
    product.pack({w + tap * channels_ * filters_, filters_, 1}, tap * channels_, channels_, taps * channels_, filters_,
                 work.packed);
  });
  const Source<T> source{rows_, columns_, x, columns_transposed_.positions, channels_};
  multiply_windows(context, source, work, filters_, y, false);
}

template <class T>
Index Conv2d::backward_data_scratch(const Context& context) const {
  return workspace_size<T>(
      [&](Workspace& space) { WindowArrays<T>(context, rows_.taps * columns_.taps * filters_, channels_, space); });
}

template <class T>
void Conv2d::backward_data(const Context& context, const T* dy, const T* w, T* dx, bool add, T* scratch) const {
  const Gemm<T>& product = gemm<T>(context);
  const Index taps = rows_.taps * columns_.taps;
  Workspace space(scratch);
  const WindowArrays<T> work(context, taps * filters_, channels_, space);
  parallel_for(context, taps, [&](Index tap, int) {
    product.pack({w + (taps - 1 - tap) * channels_ * filters_, 1, filters_}, tap * filters_, filters_, taps * filters_,
                 channels_, work.packed);
  });
  const Source<T> source{rows_transposed_, columns_transposed_, dy, columns_.positions, filters_};
  multiply_windows(context, source, work, channels_, dx, add);
}

template <class T>
Index Conv2d::backward_weights_scratch(const Context& context) const {
  return workspace_size<T>([&](Workspace& space) { TapArrays<T>(context, channels_, filters_, space); });
}

template <class T>
void Conv2d::backward_weights(const Context& context, const T* x, const T* dy, T* dw, bool add, T* scratch) const {
  const Gemm<T>& product = gemm<T>(context);
  const Index taps = rows_.taps * columns_.taps, positions = rows_.positions * columns_.positions;
  Workspace space(scratch);
  const TapArrays<T> work(context, channels_, filters_, space);
  const Source<T> source{rows_, columns_, x, columns_transposed_.positions, channels_};
  // dw of a tap (C x K) = sum over positions of window' dy, strip after strip in fixed order.
  parallel_for(context, taps, [&](Index tap, int worker) {
    T *values = work.values[worker], *packed = work.packed[worker];
    for (Index begin = 0; begin < positions; begin += kRowBlock) {
      const Index count = std::min(kRowBlock, positions - begin);
      for (Index p = 0; p < count; ++p) {
        const Index h = (begin + p) / columns_.positions, w = (begin + p) % columns_.positions;
        gather_tap(source, h, tap / columns_.taps, w, tap % columns_.taps, values + p * channels_);
      }
      product.pack({dy + begin * filters_, filters_, 1}, 0, count, count, filters_, packed);
      product.multiply(channels_, filters_, count, {values, 1, channels_}, packed, dw + tap * channels_ * filters_,
                       filters_, add || begin > 0);
    }
  });
}

template Index Conv2d::forward_scratch<float>(const Context&) const;
template Index Conv2d::forward_scratch<double>(const Context&) const;
template void Conv2d::forward(const Context&, const float*, const float*, float*, float*) const;
template void Conv2d::forward(const Context&, const double*, const double*, double*, double*) const;
template Index Conv2d::backward_data_scratch<float>(const Context&) const;
template Index Conv2d::backward_data_scratch<double>(const Context&) const;
template void Conv2d::backward_data(const Context&, const float*, const float*, float*, bool, float*) const;
template void Conv2d::backward_data(const Context&, const double*, const double*, double*, bool, double*) const;
template Index Conv2d::backward_weights_scratch<float>(const Context&) const;
template Index Conv2d::backward_weights_scratch<double>(const Context&) const;
template void Conv2d::backward_weights(const Context&, const float*, const float*, float*, bool, float*) const;
template void Conv2d::backward_weights(const Context&, const double*, const double*, double*, bool, double*) const;

}  // namespace impasto::IMPASTO_ABI
