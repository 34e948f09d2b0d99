#include "kernel/gemm/reference_gemm.h"

#include <Eigen/Core>
#include <algorithm>

namespace impasto::IMPASTO_ABI {
namespace {

template <class T, int Order>
using ConstMap = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Order>, 0, Eigen::OuterStride<>>;
template <class T>
using RowMap = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0, Eigen::OuterStride<>>;

// Eigen packs both factors into memory of its own: on the stack up to EIGEN_STACK_ALLOCATION_LIMIT (128 KiB), else on
// the heap. Blocks of 48 x 256 doubles are 96 KiB, so nothing is ever allocated.
constexpr Index kBlockMN = 48;
constexpr Index kBlockK = 256;

Index packed_size(Index K, Index N) { return K * N; }

template <class T>
void pack(Matrix<T> b, Index row0, Index rows, Index, Index N, T* packed) {
  for (Index i = 0; i < rows; ++i) {
    T* to = packed + (row0 + i) * N;
    for (Index j = 0; j < N; ++j) to[j] = b.data[i * b.row_stride + j * b.column_stride];
  }
}

template <class T, int Order>
void multiply_block(Index M, Index N, Index K, const T* a, Index lda, const T* b, Index ldb, T* c, Index ldc,
                    bool add) {
  const ConstMap<T, Order> A(a, M, K, Eigen::OuterStride<>(lda));
  const ConstMap<T, Eigen::RowMajor> B(b, K, N, Eigen::OuterStride<>(ldb));
  RowMap<T> C(c, M, N, Eigen::OuterStride<>(ldc));
  if (add) {
    C.noalias() += A * B;
  } else {
    C.noalias() = A * B;
  }
}

template <class T>
void multiply(Index M, Index N, Index K, Matrix<T> a, const T* packed, T* c, Index ldc, bool add) {
  for (Index k = 0; k < K; k += kBlockK) {
    for (Index m = 0; m < M; m += kBlockMN) {
      for (Index n = 0; n < N; n += kBlockMN) {
        const Index rows = std::min(kBlockMN, M - m), columns = std::min(kBlockMN, N - n),
                    depth = std::min(kBlockK, K - k);
        const T* block_a = a.data + m * a.row_stride + k * a.column_stride;
        const T* block_b = packed + k * N + n;
        T* block_c = c + m * ldc + n;
        if (a.column_stride == 1) {
          multiply_block<T, Eigen::RowMajor>(rows, columns, depth, block_a, a.row_stride, block_b, N, block_c, ldc,
                                             add || k > 0);
        } else {
          multiply_block<T, Eigen::ColMajor>(rows, columns, depth, block_a, a.column_stride, block_b, N, block_c, ldc,
                                             add || k > 0);
        }
      }
    }
  }
}

}  // namespace

template <class T>
const Gemm<T>& reference_gemm() {
  static constexpr Gemm<T> kGemm{0, packed_size, pack<T>, multiply<T>};
  return kGemm;
}

template const Gemm<float>& reference_gemm<float>();
template const Gemm<double>& reference_gemm<double>();

}  // namespace impasto::IMPASTO_ABI
