// Winograd, third stage: one matrix product per point, M = V U. A tile of kRows x 2 vectors of M stays in registers
// while the channels run; V is broadcast element by element.
#if defined(IMPASTO_WINOGRAD_MULTIPLY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPASTO_WINOGRAD_MULTIPLY_INL_H
#undef IMPASTO_WINOGRAD_MULTIPLY_INL_H
#else
#define IMPASTO_WINOGRAD_MULTIPLY_INL_H
#endif

#include <array>
#include <cstddef>

#include "kernel/simd/lanes-inl.h"
#include "kernel/winograd/winograd_stages.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

template <int kCount>
void multiply_rows(Index blocks, const float* HWY_RESTRICT V, Index block_stride, const float* HWY_RESTRICT U,
                   float* HWY_RESTRICT M, bool add, Index ahead) {
  const Tag d;
  Vector sum[kCount][2];
  HWY_UNROLL(12)
  for (int r = 0; r < kCount; ++r) {
    sum[r][0] = add ? hn::Load(d, M + r * kPanel) : hn::Zero(d);
    sum[r][1] = add ? hn::Load(d, M + r * kPanel + kLanes) : hn::Zero(d);
  }
  for (Index block = 0; block < blocks; ++block, V += block_stride, U += kLanes * kPanel) {
    HWY_UNROLL(16)
    for (Index c = 0; c < kLanes; ++c) {
      if (c < kCount) hwy::Prefetch(V + ahead + c * kLanes);
      const Vector u0 = hn::Load(d, U + c * kPanel), u1 = hn::Load(d, U + c * kPanel + kLanes);
      HWY_UNROLL(12)
      for (int r = 0; r < kCount; ++r) {
        const Vector v = hn::Set(d, V[r * kLanes + c]);
        sum[r][0] = hn::MulAdd(v, u0, sum[r][0]);
        sum[r][1] = hn::MulAdd(v, u1, sum[r][1]);
      }
    }
  }
  HWY_UNROLL(12)
  for (int r = 0; r < kCount; ++r) {
    hn::Store(sum[r][0], d, M + r * kPanel);
    hn::Store(sum[r][1], d, M + r * kPanel + kLanes);
  }
}

using RowsFunction = void (*)(Index, const float*, Index, const float*, float*, bool, Index);

inline constexpr std::array kMultiplyRows =
    functions_of_rows<RowsFunction>([](auto rows) -> RowsFunction { return multiply_rows<decltype(rows)::value>; });

HWY_INLINE void clear_tiles(TileRange tiles, float* M) {
  for (Index i = tiles.first * kPanel; i < tiles.last * kPanel; i += kLanes) hn::Store(hn::Zero(Tag()), Tag(), M + i);
}

// Tiles are shared out evenly over the passes: one of 1 tile beside others of 12 would run at a twelfth of the speed.
inline void multiply(Index points, const TileRange* ranges, Index count, Index depth, const float* V, Index v_stride,
                     const float* U, Index u_stride, float* M, Index m_stride, Index columns, bool add) {
  for (Index point = 0; point < points; ++point, V += v_stride, U += u_stride, M += m_stride) {
    const auto [first, last] = ranges[point];
    const Index tiles = last - first, passes = (tiles + kRows - 1) / kRows;
    for (Index column = 0; column < columns; column += kPanel) {
      for (Index pass = 0; pass < passes; ++pass) {
        const Index t = first + tiles * pass / passes, rows = first + tiles * (pass + 1) / passes - t;
        kMultiplyRows[static_cast<std::size_t>(rows)](depth / kLanes, V + t * kLanes, count * kLanes,
                                                      U + column * depth, M + column * count + t * kPanel, add,
                                                      v_stride);
      }
      if (!add) {
        clear_tiles({0, first}, M + column * count);
        clear_tiles({last, count}, M + column * count);
      }
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard of this target
