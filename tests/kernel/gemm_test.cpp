// The matrix product on every target against a plain sum in double.
#include "kernel/gemm/gemm.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/buffer.h"
#include "support/gradcheck.h"

namespace impasto {
namespace {

using testing::random_tensor;

// Largest error over what rounding may leave: K units in the last place of the sum of |a b|.
template <class T>
double worst_error(const Gemm<T>& product, Index M, Index N, Index K, bool transposed, bool add) {
  const Tensor<T> a = random_tensor(transposed ? Shape{K, M} : Shape{M, K}, 1).as<T>();
  const Tensor<T> b = random_tensor({K, N}, 2).as<T>();
  const Index ldc = N + 3;
  Tensor<T> c({M, ldc}, T(0.5)), packed({product.packed_size(K, N)});
  const Matrix<T> left{a.data(), transposed ? 1 : K, transposed ? M : 1};
  const Index half = K / 2;  // packed in two pieces, as convolutions do tap by tap
  if (half > 0) product.pack({b.data(), N, 1}, 0, half, K, N, packed.data());
  product.pack({b.data() + half * N, N, 1}, half, K - half, K, N, packed.data());
  product.multiply(M, N, K, left, packed.data(), c.data(), ldc, add);
  double worst = 0;
  for (Index m = 0; m < M; ++m) {
    for (Index n = 0; n < ldc; ++n) {
      double sum = n < N && !add ? 0 : 0.5, size = 1;
      for (Index k = 0; k < K && n < N; ++k) {
        const double term = static_cast<double>(left.data[m * left.row_stride + k * left.column_stride]) *
                            static_cast<double>(b[k * N + n]);
        sum += term;
        size += std::abs(term);
      }
      const double allowed =
          static_cast<double>(std::numeric_limits<T>::epsilon()) * size * (1 + std::sqrt(static_cast<double>(K)));
      const double error = std::abs(static_cast<double>(c[m * ldc + n]) - sum) / allowed;
      if (std::isnan(error)) return error;
      worst = std::max(worst, error);
    }
  }
  return worst;
}

TEST_CASE("kernel: the matrix product is right for odd and tiny sizes on every target, and writes nothing beside C") {
  for (const SimdTarget target : available_targets()) {
    for (const Index M : {1, 2, 5, 6, 7, 11, 13, 25, 97}) {
      for (const Index N : {1, 3, 8, 15, 33, 64, 70}) {
        for (const Index K : {1, 2, 27, 255, 300}) {
          for (const bool transposed : {false, true}) {
            INFO(to_string(target), ": ", M, " x ", N, " x ", K, transposed ? " transposed" : "");
            const Context context(1, target);
            CHECK(worst_error(gemm<float>(context), M, N, K, transposed, false) <= 1);
            CHECK(worst_error(gemm<float>(context), M, N, K, transposed, true) <= 1);
          }
        }
      }
    }
  }
}

TEST_CASE("kernel: the reference product of doubles is right") {
  for (const Index M : {1, 7, 50}) {
    for (const Index N : {1, 13, 61}) {
      for (const Index K : {1, 33, 520}) {
        CHECK(worst_error(gemm<double>(Context(1)), M, N, K, false, false) <= 1);
        CHECK(worst_error(gemm<double>(Context(1)), M, N, K, true, true) <= 1);
      }
    }
  }
}

}  // namespace
}  // namespace impasto
