// Winograd, second stage: U = G g G^T for every filter. Lanes run over the product's columns. For the adjoint these lie
// far apart in memory, so blocks of N x N are transposed first.
#if defined(IMPASTO_WINOGRAD_FILTERS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPASTO_WINOGRAD_FILTERS_INL_H_
#undef IMPASTO_WINOGRAD_FILTERS_INL_H_
#else
#define IMPASTO_WINOGRAD_FILTERS_INL_H_
#endif

#include "kernel/simd/winograd.h"
#include "kernel/simd/winograd_transforms-inl.h"

HWY_BEFORE_NAMESPACE();
namespace impasto {
namespace HWY_NAMESPACE {
namespace {

// One vector of filters, g[tap], to U of all points.
template <int kTile>
HWY_NOINLINE void transform_filters(const Vector (&g)[9], float* HWY_RESTRICT U, Index point_stride) {
  constexpr int kSide = kTile + 2;
  Vector half[kSide][3];
  HWY_UNROLL(3)
  for (int j = 0; j < 3; ++j) {
    const Vector column[3] = {g[j], g[3 + j], g[6 + j]};
    Vector transformed[kSide];
    Transforms<kTile>::filter(column, transformed);
    HWY_UNROLL(8)
    for (int i = 0; i < kSide; ++i) half[i][j] = transformed[i];
  }
  HWY_UNROLL(8)
  for (int i = 0; i < kSide; ++i) {
    Vector transformed[kSide];
    Transforms<kTile>::filter(half[i], transformed);
    HWY_UNROLL(8)
    for (int j = 0; j < kSide; ++j) hwy::Prefetch(U + (i * kSide + j) * point_stride + kPanel);
    HWY_UNROLL(8)
    for (int j = 0; j < kSide; ++j) hn::Store(transformed[j], Tag(), U + (i * kSide + j) * point_stride);
  }
}

// to[r][o] = from[o * stride + r] for N x N values; those beyond `rows` (r) or `columns` (o) are 0.
HWY_INLINE void transpose_block(const float* from, Index stride, Index rows, Index columns, float* HWY_RESTRICT to) {
  const Tag d;
  const hn::CappedTag<float, 4> quad;
  HWY_ALIGN float four[4 * kLanes];
  for (Index o = 0; o < kLanes; o += 4) {
    const auto column = [&](Index i) {
      return o + i < columns ? load_up_to(rows, from + (o + i) * stride) : hn::Zero(d);
    };
    hn::StoreInterleaved4(column(0), column(1), column(2), column(3), d, four);
    for (Index r = 0; r < kLanes; ++r) hn::Store(hn::Load(quad, four + 4 * r), quad, to + r * kLanes + o);
  }
}

// The filters that N channels of the reduction from c0 and N columns from o0 share, tap by tap, [tap][channel][N].
HWY_INLINE void load_adjoint(const FilterSource& s, Index c0, Index o0, float* HWY_RESTRICT taps) {
  for (Index tap = 0; tap < 9; ++tap) {
    const float* from = s.w + ((8 - tap) * s.C + o0) * s.K + c0;
    transpose_block(from, s.K, s.K - c0, s.C - o0, taps + tap * kLanes * kLanes);
  }
}

template <int kTile>
void filters(const FilterSource& source, Index c0, Index depth, Columns columns, float* U, Index point_stride) {
  const Vector scale = constant(source.scale);
  const Index reduction = source.adjoint ? source.K : source.C, all = source.adjoint ? source.C : source.K;
  HWY_ALIGN float taps[9 * kLanes * kLanes];
  for (Index o = 0; o < columns.count; o += kLanes) {
    const Index at = columns.first + o;
    float* panel = U + (o / kPanel) * depth * kPanel + o % kPanel;
    for (Index c = 0; c < depth; ++c) {
      const Index channel = c0 + c;
      const bool exists = channel < reduction && at < all;
      if (source.adjoint && exists && c % kLanes == 0) load_adjoint(source, channel, at, taps);
      Vector g[9];
      HWY_UNROLL(9)
      for (Index tap = 0; tap < 9; ++tap) {
        if (!exists) {
          g[tap] = hn::Zero(Tag());
        } else if (source.adjoint) {
          g[tap] = hn::Mul(scale, hn::Load(Tag(), taps + (tap * kLanes + c % kLanes) * kLanes));
        } else {
          g[tap] = hn::Mul(scale, load_up_to(all - at, source.w + (tap * source.C + channel) * source.K + at));
        }
      }
      transform_filters<kTile>(g, panel + c * kPanel, point_stride);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace impasto
HWY_AFTER_NAMESPACE();

#endif  // include guard of this target
