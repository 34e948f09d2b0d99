#include "kernel/oriented/active_lanes.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/oriented/active_lanes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernel/oriented/unit-inl.h"
#include "kernel/simd/dispatch.h"

#if HWY_TARGET != HWY_SCALAR  // which no SimdTarget stands for
HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

// Of a chunk: 4 positions x kVectors sums stay in registers.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == IMPASTO_NEON
constexpr int kVectors = 4;
#else
constexpr int kVectors = 2;
#endif
constexpr Index kColumns = kVectors * kLanes;
constexpr int kGroup = 4;

// A chunk's vectors.
HWY_INLINE Index vectors_of(Index units, Index chunk) {
  const Index left = units * kParts - chunk * kVectors;
  return left < kVectors ? left : kVectors;
}

#if HWY_TARGET != HWY_AVX3
// Numbers of the bits that are set in a byte. A table of our own, because GCC 12 copies the one behind hn::Compress to
// the stack at each use.
struct SetBits {
  std::uint8_t number[256][8] = {};
  constexpr SetBits() {
    for (unsigned bits = 0; bits < 256; ++bits) {
      for (unsigned bit = 0, n = 0; bit < 8; ++bit) {
        if ((bits >> bit & 1) != 0) number[bits][n++] = static_cast<std::uint8_t>(bit);
      }
    }
  }
};
constexpr SetBits kSetBits;
#endif

using Integers = hn::RebindToSigned<Tag>;

// first + i for the lanes i that are chosen, one after the other, and as many more as fill a vector; returns how many
// are chosen. `iota`: 0, 1, 2, ..., which GCC 12 would put together on the stack at each use.
HWY_INLINE Index list_lanes(hn::Mask<Integers> chosen, [[maybe_unused]] hn::VFromD<Integers> iota, std::int32_t first,
                            std::int32_t* HWY_RESTRICT to) {
  const Integers di;
#if HWY_TARGET == HWY_AVX3
  hn::StoreU(hn::Compress(hn::Add(iota, hn::Set(di, first)), chosen), di, to);
  return static_cast<Index>(hn::CountTrue(di, chosen));
#else
  std::uint8_t bits[8];
  hn::StoreMaskBits(di, chosen, bits);
  const auto numbers = hn::PromoteTo(di, hn::LoadU(hn::Rebind<std::uint8_t, Integers>(), kSetBits.number[bits[0]]));
  hn::StoreU(hn::Add(numbers, hn::Set(di, first)), di, to);
  return static_cast<Index>(hwy::PopCount(bits[0]));
#endif
}

// The slots of kPositions positions from `first` on, from entry `at` on; returns the end.
template <int kPositions>
HWY_INLINE Index list_group(const float* HWY_RESTRICT first, Index plane, Index units, hn::VFromD<Integers> iota,
                            Index at, std::int32_t* HWY_RESTRICT slots, std::int32_t* HWY_RESTRICT ends) {
  const Integers di;
  const Tag d;
  for (Index unit = 0; unit < units; ++unit) {
    for (int v = 0; v < kParts; ++v) {
      const float* from = first + unit * plane + v * kLanes;
      Vector any = hn::Load(d, from);  // bit by bit, as integers: not 0 if one of the values is not, NaN included
      for (int q = 1; q < kPositions; ++q) any = hn::Or(any, hn::Load(d, from + q * kUnit));
      const auto chosen = hn::Ne(hn::BitCast(di, any), hn::Zero(di));
      at += list_lanes(chosen, iota, static_cast<std::int32_t>(unit * kUnit + v * kLanes), slots + at);
    }
    ends[unit] = static_cast<std::int32_t>(at);
  }
  return at;
}

std::int32_t list(const UnitRow& row, std::int32_t begin, const ActiveLanes& lanes) {
  const Index count = row.units;
  std::int32_t* ends = lanes.ends;
  const float* first = row.first;
  const auto iota = hn::Iota(Integers(), 0);
  Index at = begin, p = 0;
  for (; p + kGroup <= row.width; p += kGroup, first += kGroup * kUnit, ends += count)
    at = list_group<kGroup>(first, row.plane, row.units, iota, at, lanes.slots, ends);
  for (; p < row.width; ++p, first += kUnit, ends += count)
    at = list_group<1>(first, row.plane, row.units, iota, at, lanes.slots, ends);
  return static_cast<std::int32_t>(at);
}

// Where a slot lies, from a position's unit 0 on.
HWY_INLINE std::size_t value_at(std::size_t slot, Index plane) {
  return slot / kUnit * static_cast<std::size_t>(plane) + slot % kUnit;
}

// kCount vectors of columns from vector `first` on, from the row's first position on.
template <int kCount>
struct ColumnsAt {
  Index offset[kCount];

  HWY_INLINE ColumnsAt(const UnitRow& row, Index first) {
    for (int v = 0; v < kCount; ++v) offset[v] = (first + v) / kParts * row.plane + (first + v) % kParts * kLanes;
  }
};

// G += f^T f over kPositions positions from `first` on, at the slots [k, end).
template <int kPositions, int kUsed>
HWY_INLINE void gram_group(const float* HWY_RESTRICT first, Index plane, const ColumnsAt<kUsed>& columns,
                           const std::int32_t* HWY_RESTRICT slots, Index k, Index end, float* HWY_RESTRICT G) {
  const Tag d;
  Vector f[kPositions][kUsed];
  for (int q = 0; q < kPositions; ++q) {
    for (int v = 0; v < kUsed; ++v) f[q][v] = hn::Load(d, first + columns.offset[v] + q * kUnit);
  }
  for (; k < end; ++k) {
    const std::size_t slot = static_cast<std::size_t>(slots[k]);
    const float* value = first + value_at(slot, plane);
    float* to = G + slot * kColumns;
    Vector sum[kUsed];
    for (int v = 0; v < kUsed; ++v) sum[v] = hn::Load(d, to + v * kLanes);
    HWY_UNROLL(4)
    for (int q = 0; q < kPositions; ++q) {
      const Vector x = hn::Set(d, value[q * kUnit]);
      for (int v = 0; v < kUsed; ++v) sum[v] = hn::MulAdd(x, f[q][v], sum[v]);
    }
    for (int v = 0; v < kUsed; ++v) hn::Store(sum[v], d, to + v * kLanes);
  }
}

// G: column of the first of kUsed vectors from `vector` on.
template <int kUsed>
void gram_of(const UnitRow& row, Index vector, std::int32_t begin, const ActiveLanes& lanes, float* G) {
  const ColumnsAt<kUsed> columns(row, vector);
  const Index count = row.units;
  const std::int32_t *slots = lanes.slots, *ends = lanes.ends;
  const float* first = row.first;
  const Index last = (vector + kUsed - 1) / kParts;  // unit that the columns reach
  Index k = begin, p = 0;
  for (; p + kGroup <= row.width; p += kGroup, first += kGroup * kUnit, ends += count) {
    gram_group<kGroup, kUsed>(first, row.plane, columns, slots, k, ends[last], G);
    k = ends[count - 1];
  }
  for (; p < row.width; ++p, first += kUnit, ends += count) {
    gram_group<1, kUsed>(first, row.plane, columns, slots, k, ends[last], G);
    k = ends[count - 1];
  }
}

// d = or += f S over kPositions positions from `first` and `to` on, at the slots [k, end).
template <int kPositions, int kUsed, bool kAdd, bool kMasked>
HWY_INLINE void product_group(const float* HWY_RESTRICT first, Index plane, const ColumnsAt<kUsed>& columns,
                              const std::int32_t* HWY_RESTRICT slots, Index k, Index end, const float* HWY_RESTRICT S,
                              float* HWY_RESTRICT to) {
  const Tag d;
  Vector sum[kPositions][kUsed];
  for (int q = 0; q < kPositions; ++q) {
    for (int v = 0; v < kUsed; ++v) sum[q][v] = kAdd ? hn::Load(d, to + columns.offset[v] + q * kUnit) : hn::Zero(d);
  }
  for (; k < end; ++k) {
    const std::size_t slot = static_cast<std::size_t>(slots[k]);
    const float* value = first + value_at(slot, plane);
    const float* from = S + slot * kColumns;
    Vector s[kUsed];
    for (int v = 0; v < kUsed; ++v) s[v] = hn::Load(d, from + v * kLanes);
    HWY_UNROLL(4)
    for (int q = 0; q < kPositions; ++q) {
      const Vector x = hn::Set(d, value[q * kUnit]);
      for (int v = 0; v < kUsed; ++v) sum[q][v] = hn::MulAdd(x, s[v], sum[q][v]);
    }
  }
  for (int q = 0; q < kPositions; ++q) {
    for (int v = 0; v < kUsed; ++v) {
      const Index at = columns.offset[v] + q * kUnit;
      Vector result = sum[q][v];
      if constexpr (kMasked) result = hn::IfThenElseZero(hn::Gt(hn::Load(d, first + at), hn::Zero(d)), result);
      hn::Store(result, d, to + at);
    }
  }
}

template <int kUsed, bool kAdd, bool kMasked>
void product_of(const UnitRow& row, Index chunk, std::int32_t begin, const ActiveLanes& lanes, const float* S,
                float* to) {
  const ColumnsAt<kUsed> columns(row, chunk * kVectors);
  const Index count = row.units;
  const std::int32_t *slots = lanes.slots, *ends = lanes.ends;
  const float* first = row.first;
  Index k = begin, p = 0;
  for (; p + kGroup <= row.width; p += kGroup, first += kGroup * kUnit, to += kGroup * kUnit, ends += count) {
    const Index end = ends[count - 1];
    product_group<kGroup, kUsed, kAdd, kMasked>(first, row.plane, columns, slots, k, end, S, to);
    k = end;
  }
  for (; p < row.width; ++p, first += kUnit, to += kUnit, ends += count) {
    const Index end = ends[count - 1];
    product_group<1, kUsed, kAdd, kMasked>(first, row.plane, columns, slots, k, end, S, to);
    k = end;
  }
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

// Two vectors at a time, of which the first leave more rows below the diagonal out.
void gram(const UnitRow& row, Index chunk, std::int32_t begin, const ActiveLanes& lanes, float* G) {
  const Index used = vectors_of(row.units, chunk), first = chunk * kVectors;
  for (Index v = 0; v < used; v += 2)
    (used - v == 1 ? gram_of<1> : gram_of<2>)(row, first + v, begin, lanes, G + v * kLanes);
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
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace impasto::IMPASTO_ABI {

const ActiveLaneStages* active_lane_stages(SimdTarget target) {
  IMPASTO_DISPATCH(target, get_active_lane_stages(), nullptr)
}

}  // namespace impasto::IMPASTO_ABI
#endif
