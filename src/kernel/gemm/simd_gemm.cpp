// Register-blocked product: a tile of MR rows x 2 vectors of C stays in registers while K runs. B is packed in panels
// of 2 vectors, [N / NR][K][NR], zero-filled at the right, so its loads are consecutive; A is broadcast element by
// element and needs no packing. The loop over K is cut into blocks so that a panel's block stays in L1 over all rows of
// A.
//
// Highway includes this file once per target, each time with another HWY_NAMESPACE; only raw pointers cross its border.
#include "kernel/gemm/simd_gemm.h"

#include <array>
#include <cstddef>

#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/gemm/simd_gemm.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/simd/dispatch.h"
#include "kernel/simd/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

// 256 x 32 floats = 32 KiB with AVX-512, 16 KiB with AVX2: a panel's block stays in L1 while rows of A pass.
constexpr Index kBlockK = 256;

Index packed_size(Index K, Index N) { return (N + kPanel - 1) / kPanel * kPanel * K; }

void pack(Matrix<float> b, Index row0, Index rows, Index K, Index N, float* packed) {
  const auto pack_row = [&](Index i, Index n) HWY_ATTR {
    const Tag d;
    const Index columns = N - n < kPanel ? N - n : kPanel;
    float* to = packed + n * K + (row0 + i) * kPanel;
    const float* from = b.data + i * b.row_stride + n * b.column_stride;
    if (columns == kPanel && b.column_stride == 1) {
      hn::Store(hn::LoadU(d, from), d, to);
      hn::Store(hn::LoadU(d, from + kLanes), d, to + kLanes);
      return;
    }
    for (Index j = 0; j < columns; ++j) to[j] = from[j * b.column_stride];
    for (Index j = columns; j < kPanel; ++j) to[j] = 0;
  };
  // Rows that lie in memory are read one by one; where columns do, all rows of a panel share the lines they are read
  // from.
  const Index group = b.column_stride == 1 ? 1 : rows;
  for (Index first = 0; first < rows; first += group) {
    for (Index n = 0; n < N; n += kPanel) {
      for (Index i = first; i < first + group; ++i) pack_row(i, n);
    }
  }
}

// One tile: MR rows of A times NV vectors of one panel, into (or onto) MR x columns of C.
template <int MR, int NV>
HWY_INLINE void tile(Index depth, Matrix<float> a, const float* HWY_RESTRICT panel, float* HWY_RESTRICT c, Index ldc,
                     Index columns, bool add) {
  const Tag d;
  const Index lanes = static_cast<Index>(hn::Lanes(d));
  Vector sum[MR][NV];
  HWY_UNROLL(12)
  for (int r = 0; r < MR; ++r) {
    for (int v = 0; v < NV; ++v) sum[r][v] = hn::Zero(d);
  }
  for (Index k = 0; k < depth; ++k) {
    Vector b[NV];
    for (int v = 0; v < NV; ++v) b[v] = hn::Load(d, panel + k * kPanel + v * lanes);
    HWY_UNROLL(12)
    for (int r = 0; r < MR; ++r) {
      const Vector x = hn::Set(d, a.data[r * a.row_stride + k * a.column_stride]);
      for (int v = 0; v < NV; ++v) sum[r][v] = hn::MulAdd(x, b[v], sum[r][v]);
    }
  }
  HWY_ALIGN float edge[kPanel];
  HWY_UNROLL(12)
  for (int r = 0; r < MR; ++r) {
    float* row = c + r * ldc;
    for (int v = 0; v < NV; ++v) {
      if (columns == NV * lanes) {
        hn::StoreU(add ? hn::Add(sum[r][v], hn::LoadU(d, row + v * lanes)) : sum[r][v], d, row + v * lanes);
      } else {
        hn::Store(sum[r][v], d, edge + v * lanes);
      }
    }
    if (columns == NV * lanes) continue;
    for (Index j = 0; j < columns; ++j) row[j] = add ? row[j] + edge[j] : edge[j];
  }
}

// Picks the strides and the width that the loop is compiled for: a panel that is at most half full takes one vector.
template <int MR>
void tile_of(Index depth, Matrix<float> a, const float* panel, float* c, Index ldc, Index columns, bool add) {
  const bool narrow = columns <= kPanel / 2;
  if (a.column_stride == 1) {
    const Matrix<float> rows{a.data, a.row_stride, 1};
    return narrow ? tile<MR, 1>(depth, rows, panel, c, ldc, columns, add)
                  : tile<MR, 2>(depth, rows, panel, c, ldc, columns, add);
  }
  const Matrix<float> transposed{a.data, 1, a.column_stride};
  return narrow ? tile<MR, 1>(depth, transposed, panel, c, ldc, columns, add)
                : tile<MR, 2>(depth, transposed, panel, c, ldc, columns, add);
}

using TileFunction = void (*)(Index, Matrix<float>, const float*, float*, Index, Index, bool);

constexpr std::array kTiles =
    functions_of_rows<TileFunction>([](auto rows) -> TileFunction { return tile_of<decltype(rows)::value>; });

void multiply(Index M, Index N, Index K, Matrix<float> a, const float* packed, float* c, Index ldc, bool add) {
  const Index tiles = (M + kRows - 1) / kRows;
  for (Index k = 0; k < K; k += kBlockK) {
    const Index depth = K - k < kBlockK ? K - k : kBlockK;
    for (Index n = 0; n < N; n += kPanel) {
      const Index columns = N - n < kPanel ? N - n : kPanel;
      // Rows are shared out evenly over the tiles: one of 1 row beside others of 12 would run at a twelfth of the
      // speed.
      for (Index t = 0; t < tiles; ++t) {
        const Index m = M * t / tiles, rows = M * (t + 1) / tiles - m;
        kTiles[static_cast<std::size_t>(rows)](
            depth, {a.data + m * a.row_stride + k * a.column_stride, a.row_stride, a.column_stride},
            packed + n * K + k * kPanel, c + m * ldc + n, ldc, columns, add || k > 0);
      }
    }
  }
}

}  // namespace

const Gemm<float>* get_gemm() {
  static constexpr Gemm<float> kGemm{kPanel, packed_size, pack, multiply};
  return &kGemm;
}

}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace impasto::IMPASTO_ABI {

const Gemm<float>* simd_gemm(SimdTarget target) { IMPASTO_DISPATCH(target, get_gemm(), nullptr) }

}  // namespace impasto::IMPASTO_ABI
#endif
