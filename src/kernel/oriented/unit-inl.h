// The lanes of a unit (kernel/oriented/oriented.h) as vectors of the target, and sums over its siblings.
#if defined(IMPASTO_ORIENTED_UNIT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPASTO_ORIENTED_UNIT_INL_H
#undef IMPASTO_ORIENTED_UNIT_INL_H
#else
#define IMPASTO_ORIENTED_UNIT_INL_H
#endif

#include <cstdint>

#include "kernel/oriented/oriented.h"
#include "kernel/simd/lanes-inl.h"

#if HWY_TARGET != HWY_SCALAR  // which no SimdTarget stands for
HWY_BEFORE_NAMESPACE();
namespace impasto::IMPASTO_ABI {
namespace HWY_NAMESPACE {
namespace {

// Vectors of a unit.
inline constexpr int kParts = static_cast<int>(kUnit / kLanes);

struct Unit {
  // Written out: GCC compiles an implicit one for the baseline, and refuses NEON's vectors in it.
  HWY_INLINE Unit() {}  // NOLINT(modernize-use-equals-default)
  Vector part[kParts];
};

HWY_INLINE Unit load(const float* from) {
  Unit u;
  for (int v = 0; v < kParts; ++v) u.part[v] = hn::Load(Tag(), from + v * kLanes);
  return u;
}
HWY_INLINE void store(const Unit& u, float* to) {
  for (int v = 0; v < kParts; ++v) hn::Store(u.part[v], Tag(), to + v * kLanes);
}
HWY_INLINE void multiply_add(const Unit& a, const Unit& b, Unit& sum) {
  for (int v = 0; v < kParts; ++v) sum.part[v] = hn::MulAdd(a.part[v], b.part[v], sum.part[v]);
}
HWY_INLINE void add(const Unit& a, Unit& sum) {
  for (int v = 0; v < kParts; ++v) sum.part[v] = hn::Add(sum.part[v], a.part[v]);
}
HWY_INLINE Unit masked(const Unit& u, const float* mask) {
  Unit kept;
  for (int v = 0; v < kParts; ++v)
    kept.part[v] = hn::IfThenElseZero(hn::Gt(hn::Load(Tag(), mask + v * kLanes), hn::Zero(Tag())), u.part[v]);
  return kept;
}

// Lane i of the unit + lane i xor kDistance.
template <int kDistance>
HWY_INLINE void add_partner(Unit& u) {
  const Tag d;
  if constexpr (kDistance >= kLanes) {
    constexpr int kStep = kDistance / static_cast<int>(kLanes);
    Unit sum;
    for (int v = 0; v < kParts; ++v) sum.part[v] = hn::Add(u.part[v], u.part[v ^ kStep]);
    u = sum;
  } else {
    HWY_ALIGN std::int32_t partner[kLanes];
    for (int i = 0; i < kLanes; ++i) partner[i] = i ^ kDistance;
    for (int v = 0; v < kParts; ++v) {
      Vector other;
      if constexpr (kDistance == 1) {
        other = hn::Shuffle2301(u.part[v]);
      } else if constexpr (kDistance == 2) {
        other = hn::Shuffle1032(u.part[v]);
      } else {
        other = hn::TableLookupLanes(u.part[v], hn::SetTableIndices(d, partner));
      }
      u.part[v] = hn::Add(u.part[v], other);
    }
  }
}

template <Siblings kSiblings>
HWY_INLINE void add_siblings(Unit& u) {
  if constexpr (kSiblings == Siblings::adjacent) {
    add_partner<1>(u);
    add_partner<2>(u);
    add_partner<4>(u);
  } else {
    add_partner<2>(u);
    add_partner<4>(u);
    add_partner<8>(u);
  }
}

// a + 2 b + c
HWY_INLINE Unit smooth(const Unit& a, const Unit& b, const Unit& c) {
  Unit sum;
  for (int v = 0; v < kParts; ++v)
    sum.part[v] = hn::MulAdd(b.part[v], hn::Set(Tag(), 2.0F), hn::Add(a.part[v], c.part[v]));
  return sum;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace impasto::IMPASTO_ABI
HWY_AFTER_NAMESPACE();
#endif

#endif  // include guard of this target
