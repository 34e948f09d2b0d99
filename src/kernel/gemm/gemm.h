// Matrix product C = A B or C += A B, row-major C, with B packed beforehand so that it can be shared by many calls.
// One interface, several implementations: Eigen for double and for the baseline target (kernel/reference), Highway for
// the others (kernel/simd). None of them allocates or starts threads; callers share out rows of A.
#pragma once

#include "impasto/context.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// Element (i, j) is data[i * row_stride + j * column_stride]; one of the strides is 1.
template <class T>
struct Matrix {
  const T* data;
  Index row_stride;
  Index column_stride;
};

/// A product C (M x N) = A (M x K) B (K x N).
template <class T>
struct Gemm {
  /// Columns that are packed together: B from column n on, n a multiple of it, begins at packed + n K and is stored
  /// [N / panel][K][panel], so that a panel also serves as a matrix A of `panel` rows. 0: packed some other way.
  Index panel;
  /// Elements that a packed B takes.
  Index (*packed_size)(Index K, Index N);
  /// Packs `rows` rows of B as rows row0.. of a packed K x N matrix.
  void (*pack)(Matrix<T> b, Index row0, Index rows, Index K, Index N, T* packed);
  /// C = A B, or C += A B when `add`. `ldc`: distance of C's rows. Each element is summed in the order of K.
  void (*multiply)(Index M, Index N, Index K, Matrix<T> a, const T* packed, T* c, Index ldc, bool add);
};

/// Rows of A that a thread multiplies at a time: 8 tiles of the widest micro-kernel. Of 3 x 3 x 512 floats each they
/// are 1.7 MiB, and the block of 256 columns that the product works on at a time 96 KiB, well inside any L2.
inline constexpr Index kRowBlock = 96;

/// The fastest implementation for the context's target. Thread safety: any thread.
template <class T>
const Gemm<T>& gemm(const Context& context);

}  // namespace impasto::IMPASTO_ABI
