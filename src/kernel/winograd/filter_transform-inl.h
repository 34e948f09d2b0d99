// Winograd, second stage: U = G g G^T for every filter. Lanes run over the product's columns. First the taps of some
// filters are brought together; then U is made of them, two rows of points at a time, so that it stays small enough for
// L2.
#if defined(IMPASTO_FILTER_TRANSFORM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPASTO_FILTER_TRANSFORM_INL_H
#undef IMPASTO_FILTER_TRANSFORM_INL_H
#else
#define IMPASTO_FILTER_TRANSFORM_INL_H
#endif

#include "kernel/winograd/transforms-inl.h"
#include "kernel/winograd/winograd_stages.h"

HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

inline constexpr Index kTaps = 9;

// to[r * to_stride + o] = scale * from[o * stride + r] for N x N values; those beyond `rows` (r) or `columns` (o) are
// 0.
HWY_INLINE void transpose_block(const float* from, Index stride, Index rows, Index columns, Vector scale,
                                float* HWY_RESTRICT to, Index to_stride) {
  const Tag d;
  const hn::CappedTag<float, 4> quad;
  HWY_ALIGN float four[4 * kLanes];
  for (Index o = 0; o < kLanes; o += 4) {
    const auto column = [&](Index i) HWY_ATTR {
      return o + i < columns ? hn::Mul(scale, load_up_to(rows, from + (o + i) * stride)) : hn::Zero(d);
    };
    hn::StoreInterleaved4(column(0), column(1), column(2), column(3), d, four);
    for (Index r = 0; r < kLanes; ++r) hn::Store(hn::Load(quad, four + 4 * r), quad, to + r * to_stride + o);
  }
}

// The taps of N channels of the reduction from c0 and N columns from o0; for the adjoint, whose columns lie far apart
// in memory, turned by 180 degrees and transposed.
HWY_INLINE void gather_block(const FilterSource& s, Index c0, Index o0, float* HWY_RESTRICT taps) {
  const Vector scale = constant(s.scale);
  for (Index tap = 0; tap < kTaps; ++tap) {
    float* to = taps + tap * kLanes;
    if (s.adjoint) {
      const float* from = s.w + ((kTaps - 1 - tap) * s.C + o0) * s.K + c0;
      transpose_block(from, s.K, s.K - c0, s.C - o0, scale, to, kTaps * kLanes);
      continue;
    }
    for (Index c = 0; c < kLanes; ++c) {
      const float* from = s.w + (tap * s.C + c0 + c) * s.K + o0;
      const bool exists = c0 + c < s.C && o0 < s.K;
      hn::Store(exists ? hn::Mul(scale, load_up_to(s.K - o0, from)) : hn::Zero(Tag()), Tag(), to + c * kTaps * kLanes);
    }
  }
}

inline void gather(const FilterSource& source, Index c0, Index depth, Columns columns, float* taps) {
  for (Index o = 0; o < columns.count; o += kLanes) {
    for (Index c = 0; c < depth; c += kLanes, taps += kLanes * kTaps * kLanes)
      gather_block(source, c0 + c, columns.first + o, taps);
  }
}

// The weights of one slab lie in short pieces far apart, which no hardware prefetches: while the filters of some
// channels are transformed, a share of the lines that the next channels need is fetched. Here those of one vector.
HWY_INLINE void fetch(const FilterSource& s, Index channel, Index column, Index first_tap, Index last_tap) {
  const Index lane = channel % kLanes;
  const bool exists = s.adjoint ? channel < s.K && column + lane < s.C : channel < s.C && column < s.K;
  if (!exists) return;
  for (Index tap = first_tap; tap < last_tap; ++tap) {
    hwy::Prefetch(s.adjoint ? s.w + (tap * s.C + column + lane) * s.K + channel - lane
                            : s.w + (tap * s.C + channel) * s.K + column);
  }
}

// One vector of filters to U of two rows of points, the first being kRow.
template <int kTile, int kRow>
HWY_INLINE void transform_filters(const float* HWY_RESTRICT taps, float* HWY_RESTRICT U, Index point_stride) {
  constexpr int kSide = kTile + 2;
  Vector half[kSide][3];
  HWY_UNROLL(3)
  for (int j = 0; j < 3; ++j) {
    const auto tap = [&](int i) HWY_ATTR { return hn::Load(Tag(), taps + (3 * i + j) * kLanes); };
    const Vector column[3] = {tap(0), tap(1), tap(2)};
    Vector transformed[kSide];
    Transforms<kTile>::filter(column, transformed);
    for (int i = 0; i < 2; ++i) half[i][j] = transformed[kRow + i];
  }
  HWY_UNROLL(2)
  for (int i = 0; i < 2; ++i) {
    Vector transformed[kSide];
    Transforms<kTile>::filter(half[i], transformed);
    HWY_UNROLL(8)
    for (int j = 0; j < kSide; ++j) hn::Store(transformed[j], Tag(), U + (i * kSide + j) * point_stride);
  }
}

template <int kTile, int kRow>
void filters_of_rows(const FilterSource& source, Index c0, Index depth, Columns columns, const float* taps, float* U,
                     Index point_stride) {
  constexpr Index kSide = kTile + 2, kFirst = kTaps * kRow / kSide, kLast = kTaps * (kRow + 2) / kSide;
  for (Index o = 0; o < columns.count; o += kLanes) {
    float* panel = U + (o / kPanel) * depth * kPanel + o % kPanel;
    for (Index c = 0; c < depth; ++c, taps += kTaps * kLanes) {
      fetch(source, c0 + depth + c, columns.first + o, kFirst, kLast);
      transform_filters<kTile, kRow>(taps, panel + c * kPanel, point_stride);
    }
  }
}

template <int kTile>
void filters(const FilterSource& source, Index c0, Index depth, Columns columns, Index row, const float* taps, float* U,
             Index point_stride) {
  using Function = void (*)(const FilterSource&, Index, Index, Columns, const float*, float*, Index);
  static constexpr Function kFunctions[] = {filters_of_rows<kTile, 0>, filters_of_rows<kTile, 2>,
                                            filters_of_rows<kTile, 4>, filters_of_rows<kTile, kTile>};
  kFunctions[row / 2](source, c0, depth, columns, taps, U, point_stride);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard of this target
