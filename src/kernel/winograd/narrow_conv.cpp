#include "kernel/winograd/narrow_conv.h"

#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/winograd/narrow_conv.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/simd/activation-inl.h"
#include "kernel/simd/dispatch.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

// 6 positions x 4 vectors of output channels where there are 32 registers, x 2 where there are 16.
constexpr Index kPositions = 6;
constexpr Index kVectors = kRows / 3 < 4 ? 2 : 4;

// Positions [0, kCount) of a row and channels [k, k + kVectors * N), as far as they exist.
template <int kCount, bool kWhole>
void convolve(const float* HWY_RESTRICT x, Index row_stride, Index C, const float* HWY_RESTRICT w,
              const float* HWY_RESTRICT b, Index K, Index k, float* HWY_RESTRICT y) {
  const Tag d;
  const auto load = [&](const float* from, Index v) HWY_ATTR {
    if constexpr (kWhole) return hn::LoadU(d, from + v * kLanes);
    return K - k > v * kLanes ? load_up_to(K - k - v * kLanes, from + v * kLanes) : hn::Zero(d);
  };
  Vector sum[kCount][kVectors];
  for (Index v = 0; v < kVectors; ++v) {
    const Vector bias = load(b + k, v);
    for (Index q = 0; q < kCount; ++q) sum[q][v] = bias;
  }
  for (Index i = 0; i < 3; ++i, x += row_stride) {
    for (Index tap = 0; tap < 3 * C; ++tap, w += K) {
      Vector weights[kVectors];
      for (Index v = 0; v < kVectors; ++v) weights[v] = load(w + k, v);
      HWY_UNROLL(6)
      for (Index q = 0; q < kCount; ++q) {
        const Vector value = hn::Set(d, x[q * C + tap]);
        for (Index v = 0; v < kVectors; ++v) sum[q][v] = hn::MulAdd(value, weights[v], sum[q][v]);
      }
    }
  }
  for (Index q = 0; q < kCount; ++q) {
    for (Index v = 0; v < kVectors && K - k > v * kLanes; ++v)
      store_up_to(rectified(sum[q][v]), K - k - v * kLanes, y + q * K + k + v * kLanes);
  }
}

template <int kCount>
void convolve_channels(const float* x, Index row_stride, Index C, const float* w, const float* b, Index K, float* y) {
  for (Index k = 0; k < K; k += kVectors * kLanes) {
    const bool whole = K - k >= kVectors * kLanes;
    (whole ? convolve<kCount, true> : convolve<kCount, false>)(x, row_stride, C, w, b, K, k, y);
  }
}

void convolve_row(const float* x, Index row_stride, Index width, Index C, const float* w, const float* b, Index K,
                  float* y) {
  Index q = 0;
  for (; q + kPositions <= width; q += kPositions)
    convolve_channels<kPositions>(x + q * C, row_stride, C, w, b, K, y + q * K);
  for (; q < width; ++q) convolve_channels<1>(x + q * C, row_stride, C, w, b, K, y + q * K);
}

}  // namespace

NarrowConvRow get_narrow_conv_row() { return convolve_row; }

}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace impasto::IMPASTO_ABI {

NarrowConvRow narrow_conv_row(SimdTarget target) { IMPASTO_DISPATCH(target, get_narrow_conv_row(), nullptr) }

}  // namespace impasto::IMPASTO_ABI
#endif
