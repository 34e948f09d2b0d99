// Convolution by im2col in strips: a strip of output positions becomes a matrix of windows that stays in cache, and one
// matrix product makes all its channels. Strips are independent, so threads share them out without changing a bit.
#pragma once

#include "impasto/context.h"
#include "kernel/taps.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// Geometry and kernels of one convolution; immutable, shared by every replay.
/// x: H x W x C, w: kernel_h x kernel_w x C x K, y: H' x W' x K. Scratch is counted in elements of T.
class Conv2d {
 public:
  /// Throws Error(input) when a window does not fit (kernel/taps.h).
  Conv2d(const Shape& x, const Shape& w, Index stride, Padding padding);

  Shape output() const { return {rows_.positions, columns_.positions, filters_}; }

  template <class T>
  Index forward_scratch(const Context& context) const;
  /// y = w * x (cross-correlation, as every framework calls convolution).
  template <class T>
  void forward(const Context& context, const T* x, const T* w, T* y, T* scratch) const;

  template <class T>
  Index backward_data_scratch(const Context& context) const;
  /// dx = or += the adjoint of `forward` in x, applied to dy.
  template <class T>
  void backward_data(const Context& context, const T* dy, const T* w, T* dx, bool add, T* scratch) const;

  template <class T>
  Index backward_weights_scratch(const Context& context) const;
  /// dw = or += the adjoint of `forward` in w, applied to dy.
  template <class T>
  void backward_weights(const Context& context, const T* x, const T* dy, T* dw, bool add, T* scratch) const;

 private:
  Index channels_;
  Index filters_;
  AxisTaps rows_, columns_;                        // output position <- input positions
  AxisTaps rows_transposed_, columns_transposed_;  // input position <- output positions
};

}  // namespace impasto::IMPASTO_ABI
