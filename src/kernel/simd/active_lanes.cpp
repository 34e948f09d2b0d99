#include "kernel/simd/active_lanes.h"

#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/simd/active_lanes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/simd/dispatch.h"
#include "kernel/simd/lanes-inl.h"

#if HWY_TARGET != HWY_SCALAR  // which no SimdTarget stands for
HWY_BEFORE_NAMESPACE();
namespace impasto {
namespace HWY_NAMESPACE {
namespace {

constexpr int kParts = static_cast<int>(kUnit / kLanes);
// Of a chunk: 4 positions x kVectors sums stay in registers.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr int kVectors = 4;
#else
constexpr int kVectors = 2;
#endif
constexpr Index kColumns = kVectors * kLanes;
constexpr int kGroup = 4;

// Calls body(group of positions as a constant, first position).
template <class Body>
HWY_INLINE void for_groups(Index width, const Body& body) {
  Index p = 0;
  for (; p + kGroup <= width; p += kGroup) body(std::integral_constant<int, kGroup>{}, p);
  for (; p < width; ++p) body(std::integral_constant<int, 1>{}, p);
}

// Chunks of a matrix of `units`, and a chunk's vectors.
HWY_INLINE Index chunks(Index units) { return (units * kParts + kVectors - 1) / kVectors; }
HWY_INLINE Index vectors_of(Index units, Index chunk) {
  const Index left = units * kParts - chunk * kVectors;
  return left < kVectors ? left : kVectors;
}

std::int32_t list(const UnitRow& row, std::int32_t begin, const ActiveLanes& lanes) {
  const hn::RebindToSigned<Tag> di;
  const Tag d;
  std::int32_t at = begin;
  std::int32_t* ends = lanes.ends;
  const Index count = chunks(row.units);
  for_groups(row.width, [&](auto group, Index p) HWY_ATTR {
    Index chunk = 0;
    for (Index u = 0; u < row.units; ++u) {
      for (int v = 0; v < kParts; ++v) {
        const Index offset = u * row.plane + v * kLanes;
        const float* from = row.first + offset + p * kUnit;
        auto active = hn::Ne(hn::Load(d, from), hn::Zero(d));
        for (int q = 1; q < group; ++q) active = hn::Or(active, hn::Ne(hn::Load(d, from + q * kUnit), hn::Zero(d)));
        const auto chosen = hn::RebindMask(di, active);
        const auto lane = hn::Iota(di, 0);
        const auto first_row = hn::Set(di, static_cast<std::int32_t>((u * kUnit + v * kLanes) * kColumns));
        const auto first_value = hn::Set(di, static_cast<std::int32_t>(offset));
        hn::StoreU(hn::Compress(hn::Add(lane, first_value), chosen), di, lanes.values + at);
        hn::StoreU(hn::Compress(hn::Add(hn::Mul(lane, hn::Set(di, kColumns)), first_row), chosen), di, lanes.rows + at);
        at += static_cast<std::int32_t>(hn::CountTrue(di, chosen));
      }
      // The unit ends chunks that lie within it.
      while (chunk < count && (chunk * kVectors + vectors_of(row.units, chunk) - 1) / kParts == u) ends[chunk++] = at;
    }
    ends += count;
  });
  return at;
}

// Columns of the chunk: vector v of them, from the row's first position on.
struct ChunkAt {
  Index offset[kVectors];

  HWY_INLINE ChunkAt(const UnitRow& row, Index chunk) {
    for (int v = 0; v < kVectors; ++v) {
      const Index vector = chunk * kVectors + v;
      offset[v] = vector / kParts * row.plane + vector % kParts * kLanes;
    }
  }
};

template <int kUsed>
void gram_of(const UnitRow& row, Index chunk, std::int32_t begin, const ActiveLanes& lanes, float* HWY_RESTRICT G) {
  const Tag d;
  const ChunkAt columns(row, chunk);
  const Index count = chunks(row.units);
  const std::int32_t* ends = lanes.ends;
  std::int32_t k = begin;
  for_groups(row.width, [&](auto group, Index p) HWY_ATTR {
    Vector f[group][kUsed];
    for (int q = 0; q < group; ++q) {
      for (int v = 0; v < kUsed; ++v) f[q][v] = hn::Load(d, row.first + columns.offset[v] + (p + q) * kUnit);
    }
    const float* first = row.first + p * kUnit;
    for (const std::int32_t end = ends[chunk]; k < end; ++k) {
      const float* value = first + lanes.values[k];
      float* to = G + lanes.rows[k];
      Vector sum[kUsed];
      for (int v = 0; v < kUsed; ++v) sum[v] = hn::Load(d, to + v * kLanes);
      HWY_UNROLL(4)
      for (int q = 0; q < group; ++q) {
        const Vector x = hn::Set(d, value[q * kUnit]);
        for (int v = 0; v < kUsed; ++v) sum[v] = hn::MulAdd(x, f[q][v], sum[v]);
      }
      for (int v = 0; v < kUsed; ++v) hn::Store(sum[v], d, to + v * kLanes);
    }
    k = ends[count - 1];
    ends += count;
  });
}

template <int kUsed, bool kAdd, bool kMasked>
void product_of(const UnitRow& row, Index chunk, std::int32_t begin, const ActiveLanes& lanes,
                const float* HWY_RESTRICT S, float* HWY_RESTRICT to) {
  const Tag d;
  const ChunkAt columns(row, chunk);
  const Index count = chunks(row.units);
  const std::int32_t* ends = lanes.ends;
  std::int32_t k = begin;
  for_groups(row.width, [&](auto group, Index p) HWY_ATTR {
    Vector sum[group][kUsed];
    for (int q = 0; q < group; ++q) {
      for (int v = 0; v < kUsed; ++v)
        sum[q][v] = kAdd ? hn::Load(d, to + columns.offset[v] + (p + q) * kUnit) : hn::Zero(d);
    }
    const float* first = row.first + p * kUnit;
    for (const std::int32_t end = ends[count - 1]; k < end; ++k) {
      const float* value = first + lanes.values[k];
      const float* from = S + lanes.rows[k];
      Vector s[kUsed];
      for (int v = 0; v < kUsed; ++v) s[v] = hn::Load(d, from + v * kLanes);
      HWY_UNROLL(4)
      for (int q = 0; q < group; ++q) {
        const Vector x = hn::Set(d, value[q * kUnit]);
        for (int v = 0; v < kUsed; ++v) sum[q][v] = hn::MulAdd(x, s[v], sum[q][v]);
      }
    }
    for (int q = 0; q < group; ++q) {
      for (int v = 0; v < kUsed; ++v) {
        const Index at = columns.offset[v] + (p + q) * kUnit;
        Vector result = sum[q][v];
        if constexpr (kMasked) result = hn::IfThenElseZero(hn::Gt(hn::Load(d, row.first + at), hn::Zero(d)), result);
        hn::Store(result, d, to + at);
      }
    }
    ends += count;
  });
}

// with(constant) for the vectors that the chunk uses.
template <class With>
HWY_INLINE void for_used(Index used, const With& with) {
  if (used == 1) return with(std::integral_constant<int, 1>{});
  if (used == 2 || kVectors == 2) return with(std::integral_constant<int, 2>{});
  if constexpr (kVectors == 4) {
    if (used == 3) return with(std::integral_constant<int, 3>{});
    with(std::integral_constant<int, 4>{});
  }
}

void gram(const UnitRow& row, Index chunk, std::int32_t begin, const ActiveLanes& lanes, float* G) {
  for_used(vectors_of(row.units, chunk), [&](auto used) { gram_of<used>(row, chunk, begin, lanes, G); });
}

void product(const UnitRow& row, Index chunk, std::int32_t begin, const ActiveLanes& lanes, const float* S, bool add,
             bool masked, float* to) {
  for_used(vectors_of(row.units, chunk), [&](auto used) {
    if (masked) {
      (add ? product_of<used, true, true> : product_of<used, false, true>)(row, chunk, begin, lanes, S, to);
    } else {
      (add ? product_of<used, true, false> : product_of<used, false, false>)(row, chunk, begin, lanes, S, to);
    }
  });
}

}  // namespace

const ActiveLaneStages* get_active_lane_stages() {
  static constexpr ActiveLaneStages kStages{kColumns, list, gram, product};
  return &kStages;
}

}  // namespace HWY_NAMESPACE
}  // namespace impasto
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace impasto {

const ActiveLaneStages* active_lane_stages(SimdTarget target) {
  IMPASTO_DISPATCH(target, get_active_lane_stages(), nullptr)
}

}  // namespace impasto
#endif
